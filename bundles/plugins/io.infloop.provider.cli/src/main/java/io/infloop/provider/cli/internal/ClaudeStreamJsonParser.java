package io.infloop.provider.cli.internal;

import io.infloop.spi.provider.AgentSink;
import io.infloop.spi.provider.OutputParser;
import org.osgi.service.component.annotations.Component;

/** The JSON lines of {@code claude --output-format stream-json}. */
@Component(service = OutputParser.class)
public final class ClaudeStreamJsonParser implements OutputParser {
    @Override
    public String id() {
        return "claude-stream-json";
    }

    @Override
    public Session open(AgentSink sink) {
        return new ClaudeSession(sink);
    }
}
