package io.infloop.store;

import io.infloop.spi.Registration;
import java.util.List;
import java.util.Optional;

/**
 * Triggers: one JSON file of mode 0600 each. Reads come from memory; files edited by hand are picked up, broken ones keep their
 * last good content. Unknown members of a file survive a save. Thread-safe; an OSGi service. Errors as in {@link WorkflowStore}.
 */
public interface TriggerStore {
    /** Does not block once the store is up. */
    Optional<Trigger> find(String id);

    List<Trigger> list();

    /** Writes the file. The caller has validated the trigger; {@code createdAt} and {@code lastFiredAt} of an existing file are kept. */
    Trigger save(Trigger trigger);

    /** @return false if there is none */
    boolean delete(String id);

    /**
     * Notes that a delivery was accepted. Memory at once; the file at most once a minute and at shutdown, never over a newer hand
     * edit.
     */
    void touch(String id, long firedAtMillis);

    List<WorkflowStore.FileProblem> problems();

    Registration onChange(Runnable listener);
}
