package io.infloop.store;

import io.infloop.spi.Registration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Triggers: one JSON file of mode 0600 each. Reads come from memory; files edited by hand are picked up, broken ones keep their
 * last good content. Unknown members of a file survive a save. What has expired of several secrets goes with the next save.
 * Thread-safe; an OSGi service. Errors as in {@link WorkflowStore}.
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
     * What is there already is better changed with {@link #update}.
     *
     * @throws io.infloop.core.error.InfloopException with {@code STORE_UNAVAILABLE} if there are as many as can be used
     */
    Trigger save(Trigger trigger);

    /**
     * Saves what {@code change} makes of the trigger as it is now; nothing else changes it meanwhile. The id stays.
     *
     * @param change called once, on this thread; must not call the store. What it throws is thrown, and nothing is saved
     * @return empty if there is none
     */
    Optional<Trigger> update(String id, UnaryOperator<Trigger> change);

    /**
     * Gives a trigger another id, under which everything else stays as it is. The old one is unknown at once.
     *
     * @param newId not in use
     * @return empty if there is none
     */
    Optional<Trigger> rename(String id, String newId);

    /**
     * Captures the secret that a sender hands over in its handshake: once, and only while {@linkplain Trigger#isUnbound() the trigger
     * is unbound}. On disk when this returns.
     *
     * @param secret not empty
     * @return empty if there is no such trigger, or it has or had a secret already; the handshake is then to be refused
     */
    Optional<Trigger> bind(String id, String secret);

    /** @return false if there is none */
    boolean delete(String id);

    /**
     * Notes that a delivery was accepted. Memory at once; the file at most once a minute and at shutdown, never over a newer hand
     * edit.
     */
    void touch(String id, long firedAtMillis);

    /** Notes, in the same way, that a delivery was proven with this secret of the trigger. An unknown secret is ignored. */
    void secretUsed(String id, String secretId, long usedAtMillis);

    /** Files that cannot be used as they are. Their names are shown masked. */
    List<WorkflowStore.FileProblem> problems();

    /** Whether there is a file of this trigger that cannot be used as it is: without a last good content it is unknown, but not absent. */
    boolean isBroken(String id);

    Registration onChange(Runnable listener);
}
