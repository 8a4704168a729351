package sample;

import io.infloop.spi.provider.AgentSink;
import io.infloop.spi.provider.OutputParser;

/** A parser by name only. */
public final class SampleParser implements OutputParser {
    @Override
    public String id() {
        return EchoScheme.resource("id.txt");
    }

    @Override
    public Session open(AgentSink sink) {
        throw new UnsupportedOperationException();
    }
}
