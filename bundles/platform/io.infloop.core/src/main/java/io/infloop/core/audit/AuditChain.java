package io.infloop.core.audit;

import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** Checks the chain of the audit log's lines. Changes nothing; other servers may go on writing. Thread-safe; an OSGi service of core. */
@ProviderType
public interface AuditChain {
    /**
     * Reads every line, which takes seconds for a log of some hundred megabytes.
     *
     * @param since a head that {@link #checkpoint} gave: it must still be in the log, and only what comes after it decides
     */
    Result verify(Optional<String> since);

    /** The newest line as a text to keep elsewhere. Checks that line, not those before it. */
    Result checkpoint();

    /**
     * An answer.
     *
     * @param intact whether nothing was found
     * @param members of the JSON document that describes it; {@code finding} names the first line that is not as it was written
     */
    record Result(boolean intact, Map<String, Object> members) {
        public Result {
            members = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(members));
        }
    }
}
