package io.infloop.provider.cli.internal;

import io.infloop.spi.provider.AgentSink;
import io.infloop.spi.provider.OutputParser;
import org.osgi.service.component.annotations.Component;

/** Output that is nothing but the agent's words. */
@Component(service = OutputParser.class)
public final class PlainParser implements OutputParser {
    @Override
    public String id() {
        return "plain";
    }

    @Override
    public Session open(AgentSink sink) {
        return new Session() {
            @Override
            public void line(String line) {
                sink.text(line);
            }

            @Override
            public Parsed finish() {
                return Parsed.NOTHING;
            }
        };
    }
}
