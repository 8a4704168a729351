package io.infloop.engine.internal.state;

import io.infloop.spi.Cancellation;
import io.infloop.spi.Registration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A cancellation and the means to cause it. Thread-safe. */
public final class CancellationSource implements Cancellation, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CancellationSource.class);

    /** An action as its own identity: the same action may be registered twice. */
    private record Entry(Runnable action, Object identity) {}

    private final Set<Entry> actions = new LinkedHashSet<>();
    private final Registration parent;
    private boolean cancelled;

    public CancellationSource() {
        this.parent = () -> {};
    }

    private CancellationSource(CancellationSource outer) {
        this.parent = outer.onCancel(this::cancel);
    }

    /** A cancellation that is also cancelled with this one. Close it when its work is done. */
    public CancellationSource child() {
        return new CancellationSource(this);
    }

    /** Idempotent; runs the actions on this thread. */
    public void cancel() {
        List<Entry> due;
        synchronized (this) {
            if (cancelled) {
                return;
            }
            cancelled = true;
            due = new ArrayList<>(actions);
            actions.clear();
        }
        due.forEach(entry -> run(entry.action()));
    }

    @Override
    public synchronized boolean isCancelled() {
        return cancelled;
    }

    @Override
    public Registration onCancel(Runnable action) {
        Entry entry = new Entry(action, new Object());
        synchronized (this) {
            if (!cancelled) {
                actions.add(entry);
                return () -> remove(entry);
            }
        }
        run(action);
        return () -> {};
    }

    private synchronized void remove(Entry entry) {
        actions.remove(entry);
    }

    private static void run(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | LinkageError | StackOverflowError broken) {
            // A plugin's action must not keep the others from being run.
            LOG.warn("an action on cancellation failed", broken);
        }
    }

    /** Forgets the outer cancellation. */
    @Override
    public void close() {
        parent.close();
    }
}
