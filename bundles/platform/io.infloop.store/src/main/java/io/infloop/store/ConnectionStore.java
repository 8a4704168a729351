package io.infloop.store;

import io.infloop.spi.Registration;
import java.util.List;
import java.util.Optional;

/**
 * Connections: one JSON file of mode 0600 each. Reads come from memory; files edited by hand are picked up, broken ones keep their last
 * good content. Unknown members of a file survive a save. The token of each connection that can be found is known to {@link
 * io.infloop.core.audit.Redactor}. Thread-safe; an OSGi service. Errors as in {@link WorkflowStore}.
 *
 * <p>Files are named {@code <id>.json}. One of an earlier version, {@code <id>.hermes.local.json}, is read where there is no {@code
 * <id>.json}, and goes with the next save or deletion of its connection.
 */
public interface ConnectionStore {
    /** From memory; on a miss, one file is looked for, at most so often a second. */
    Optional<Connection> find(String id);

    /** Sorted by label, then id. */
    List<Connection> list();

    /**
     * Writes the file and returns the connection as it is read from it.
     *
     * @throws io.infloop.core.error.InfloopException with {@code INVALID_BODY} if it breaks a rule of {@link Connection}, with {@code
     *     STORE_UNAVAILABLE} if there are as many as can be used
     */
    Connection save(Connection connection);

    /** @return false if there is none */
    boolean delete(String id);

    /** What is wrong with files on disk, by file name; a file with a bad port is used without that port. */
    List<WorkflowStore.FileProblem> problems();

    /** Calls {@code listener} after changes. */
    Registration onChange(Runnable listener);
}
