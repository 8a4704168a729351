package io.infloop.core.internal.audit;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How the log is doing, for the posture and the metrics.
 *
 * @param key the file that seals the lines; who can read it can forge
 * @param writeErrors lines that could not be written since start
 * @param untold of these, how many no line in the log tells of yet
 * @param syncErrors how often the log or its head could not be brought to disk since start
 * @param failure why the last attempt failed; empty once one succeeds
 */
public record AuditState(Path key, long writeErrors, long untold, long syncErrors, Optional<String> failure) {
    /** Whether lines get into the file and to disk at present. */
    public boolean isHealthy() {
        return failure.isEmpty();
    }
}
