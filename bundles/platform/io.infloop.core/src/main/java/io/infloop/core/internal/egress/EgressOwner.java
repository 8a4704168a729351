package io.infloop.core.internal.egress;

import java.util.Optional;

/**
 * For whom a session carries traffic; named in the log and the audit.
 *
 * @param pluginId the plugin on whose account it happens
 * @param runId its run
 * @param nodePath its node
 * @param correlationId for the audit
 */
public record EgressOwner(
        String pluginId, Optional<String> runId, Optional<String> nodePath, Optional<String> correlationId) {
    /** A plugin outside of runs. */
    public static EgressOwner plugin(String pluginId) {
        return new EgressOwner(pluginId, Optional.empty(), Optional.empty(), Optional.empty());
    }
}
