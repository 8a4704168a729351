package io.infloop.example.provider.internal;

import io.infloop.spi.provider.AgentSink;
import io.infloop.spi.provider.OutputParser;
import org.osgi.service.component.annotations.Component;

/**
 * Example of an output format: lines that begin with {@code "> "} tell what the agent does, all others are its answer. Manifests ask
 * for it with {@code "outputFormat": "example-lines"}.
 */
@Component(service = OutputParser.class)
public final class LinesParser implements OutputParser {
    @Override
    public String id() {
        return "example-lines";
    }

    /** Called once per run: what a run needs to remember belongs into the session, not into this object. */
    @Override
    public Session open(AgentSink sink) {
        return new Session() {
            @Override
            public void line(String line) {
                if (line.startsWith("> ")) {
                    sink.transcript(line);
                } else {
                    sink.text(line);
                }
            }

            @Override
            public Parsed finish() {
                return Parsed.NOTHING;
            }
        };
    }
}
