package io.infloop.core.process;

import io.infloop.spi.Cancellation;
import io.infloop.spi.process.SandboxDemand;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * For whom children run.
 *
 * @param pluginId the plugin on whose account they run
 * @param runId their run
 * @param nodePath their node
 * @param correlationId for the audit
 * @param cancellation stops them
 * @param defaultDirectory their working directory when the specification names none
 * @param sandbox how far the node demands that they are kept apart
 * @param egressAllowlist the hosts that the node declares, in addition to what the specification does; empty if it declares none
 */
public record ProcessOwner(
        String pluginId,
        Optional<String> runId,
        Optional<String> nodePath,
        Optional<String> correlationId,
        Cancellation cancellation,
        Optional<Path> defaultDirectory,
        SandboxDemand sandbox,
        Optional<List<String>> egressAllowlist) {
    public ProcessOwner {
        egressAllowlist = egressAllowlist.map(List::copyOf);
    }

    /** An owner that demands nothing beyond what the operator does. */
    public ProcessOwner(
            String pluginId,
            Optional<String> runId,
            Optional<String> nodePath,
            Optional<String> correlationId,
            Cancellation cancellation,
            Optional<Path> defaultDirectory) {
        this(
                pluginId,
                runId,
                nodePath,
                correlationId,
                cancellation,
                defaultDirectory,
                SandboxDemand.NONE,
                Optional.empty());
    }
}
