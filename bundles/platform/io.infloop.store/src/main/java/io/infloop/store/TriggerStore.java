package io.infloop.store;

import io.infloop.spi.Registration;
import java.util.List;
import java.util.Optional;

/**
 * Triggers: one JSON file of mode 0600 each. Reads come from memory; files edited by hand are picked up, broken ones keep their
 * last good content. Unknown members of a file survive a save. Thread-safe; an OSGi service. Errors as in {@link WorkflowStore}.
 */
public interface TriggerStore {
    /**
     * From memory. On a miss, one file is looked for, so that a trigger which another server just created is found; at most so often
     * a second. What another server disabled or deleted may be returned for about half a second more.
     */
    Optional<Trigger> find(String id);

    List<Trigger> list();

    /**
     * Writes the file. The caller has validated the trigger; {@code createdAt} and {@code lastFiredAt} of an existing file are kept.
     *
     * @throws io.infloop.core.error.InfloopException with {@code STORE_UNAVAILABLE} if there are as many as can be used
     */
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
