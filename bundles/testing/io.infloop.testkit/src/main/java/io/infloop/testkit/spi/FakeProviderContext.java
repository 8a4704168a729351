package io.infloop.testkit.spi;

import io.infloop.spi.Cancellation;
import io.infloop.spi.process.ProcessLauncher;
import io.infloop.spi.provider.AgentSink;
import io.infloop.spi.provider.ManifestException;
import io.infloop.spi.provider.OutputParser;
import io.infloop.spi.provider.ProviderContext;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a provider may use, made by a test. */
public final class FakeProviderContext implements ProviderContext {
    private final ProcessLauncher processes;
    private final Map<String, OutputParser> parsers = new TreeMap<>();
    private Cancellation cancellation = Cancellation.NEVER;
    private Optional<String> binaryOverride = Optional.empty();

    public FakeProviderContext(ProcessLauncher processes, OutputParser... parsers) {
        this.processes = processes;
        for (OutputParser parser : parsers) {
            this.parsers.put(parser.id(), parser);
        }
    }

    public FakeProviderContext binaryOverride(String program) {
        this.binaryOverride = Optional.of(program);
        return this;
    }

    public FakeProviderContext cancellation(Cancellation handle) {
        this.cancellation = handle;
        return this;
    }

    @Override
    public Cancellation cancellation() {
        return cancellation;
    }

    @Override
    public ProcessLauncher processes() {
        return processes;
    }

    @Override
    public Optional<String> binaryOverride() {
        return binaryOverride;
    }

    @Override
    public OutputParser.Session openParser(String format, AgentSink sink) throws ManifestException {
        OutputParser parser = parsers.get(format);
        if (parser == null) {
            throw new ManifestException("unknown outputFormat " + format + "; there are: " + parsers.keySet());
        }
        return parser.open(sink);
    }
}
