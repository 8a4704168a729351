package io.infloop.spi.provider;

import io.infloop.spi.Cancellation;
import io.infloop.spi.process.ProcessLauncher;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** What a provider may use during one run of its agent. Thread-safe. */
@ProviderType
public interface ProviderContext {
    Cancellation cancellation();

    /** Launches children that belong to the node that called the agent, on account of the provider's plugin. */
    ProcessLauncher processes();

    /** The program the operator configured for this provider instead of the manifest's. */
    Optional<String> binaryOverride();

    /**
     * Opens the parser of an output format for one run.
     *
     * @throws ManifestException if no plugin offers that format at this moment; the message lists those there are
     */
    OutputParser.Session openParser(String format, AgentSink sink) throws ManifestException;
}
