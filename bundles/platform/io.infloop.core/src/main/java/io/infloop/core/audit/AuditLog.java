package io.infloop.core.audit;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Writes and reads {@code <data>/audit/audit.jsonl}. Thread-safe; an OSGi service of core. */
public interface AuditLog {
    /**
     * Appends a line: in the file when this returns. Never fails the caller: a line that cannot be written is counted and logged.
     */
    void append(AuditEvent event);

    /** @param builder built and appended */
    default void append(AuditEvent.Builder builder) {
        append(builder.build());
    }

    /** Lines that could not be written since start. */
    long writeErrors();

    /** Newest first, across rotated files. Reads the files. */
    Page read(Query query);

    /**
     * Which lines to read.
     *
     * @param limit 1..1000
     * @param before only lines with a smaller cursor
     * @param equal members and the values they must have
     * @param sinceMillis inclusive, epoch milliseconds
     * @param untilMillis inclusive, epoch milliseconds
     */
    record Query(
            int limit,
            OptionalLong before,
            Map<String, String> equal,
            OptionalLong sinceMillis,
            OptionalLong untilMillis) {}

    /**
     * Lines read.
     *
     * @param entries parsed lines, newest first
     * @param nextBefore the cursor for the next page; empty at the end
     * @param unverified numbers of those entries whose own seal does not hold: changed, or not written with this server's key. Lines
     *     that are missing are found by {@link AuditChain#verify} only
     */
    record Page(List<Map<String, Object>> entries, Optional<Long> nextBefore, List<Long> unverified) {
        public Page(List<Map<String, Object>> entries, Optional<Long> nextBefore) {
            this(entries, nextBefore, List.of());
        }
    }
}
