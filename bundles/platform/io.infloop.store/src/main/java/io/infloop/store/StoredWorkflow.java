package io.infloop.store;

import io.infloop.spi.json.JsonObject;

/**
 * A workflow document as stored, migrated to today's form.
 *
 * @param id the id, equal to the file's name
 * @param version the server's counter of saves
 * @param updatedAt epoch milliseconds
 * @param document the whole document
 * @param source where it comes from
 * @param generation changes whenever the content changes, also by hand
 */
public record StoredWorkflow(
        String id, long version, long updatedAt, JsonObject document, Source source, long generation) {
    /** Where a workflow comes from. */
    public enum Source {
        USER,
        LIBRARY
    }

    public String name() {
        return document.string("name").orElse(id);
    }
}
