package io.infloop.store;

import io.infloop.spi.Registration;
import io.infloop.spi.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Workflows: one JSON file each, the user's before the library's. Reads come from memory; a file edited by hand is picked up
 * within a second, and one that was broken by hand keeps its last good content. Thread-safe; an OSGi service.
 *
 * <p>All methods throw {@link io.infloop.core.error.InfloopException} with {@code STORE_UNAVAILABLE} when the directory cannot be
 * read or written, and with {@code INVALID_ID} for an id that is not one.
 */
public interface WorkflowStore {
    /** The user's copy, else the library's. From memory; on a miss, one file is looked for, at most so often a second. */
    Optional<StoredWorkflow> find(String id);

    /** Newest first; a user's copy hides the library's. Files that never were readable are left out. */
    List<StoredWorkflow> list();

    /**
     * Writes the user's copy and returns it with its new version and times. The caller has validated it.
     *
     * @param expectedVersion empty to overwrite whatever is there
     * @throws io.infloop.core.error.InfloopException with {@code CONFLICT} if another version is stored
     */
    StoredWorkflow save(JsonObject document, Optional<Long> expectedVersion);

    /** Deletes the user's copy. @return false if there is none */
    boolean delete(String id);

    /** What is wrong with files on disk, by file name; one sentence each. */
    List<FileProblem> problems();

    /** Calls {@code listener} with the id after each change. */
    Registration onChange(Consumer<String> listener);

    /** A file that is not used as it is. */
    record FileProblem(String file, String reason) {}
}
