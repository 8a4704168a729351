package io.infloop.host.internal.registry;

import io.infloop.host.PluginRef;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.framework.Bundle;

/** A plugin in one version: one bundle, its threads, its contributions and the leases on them. */
public final class PluginVersion {
    private static final int CLOSED = -1;

    /** Whether look-ups find what the version contributes. */
    enum Stage {
        /** Started, but not yet shown. */
        STAGED,
        SERVING,
        /** Hidden; finishes what began on it. */
        WITHDRAWN
    }

    private final PluginRef ref;
    private final Bundle bundle;
    private final Origin origin;
    private final String source;
    private final PluginThreads threads;
    private final AtomicInteger leases = new AtomicInteger();
    private volatile boolean revoked;
    private volatile Runnable whenIdle = () -> {};

    // Guarded by the registry's lock.
    Stage stage;
    long rank;
    int pending;
    final List<Offer<?>> offers = new ArrayList<>();
    final List<String> problems = new ArrayList<>();

    /**
     * @param source file or entry the plugin came from, for messages
     * @param rank the lower wins when two plugins offer the same id
     */
    PluginVersion(
            PluginRef ref,
            Bundle bundle,
            Origin origin,
            String source,
            long rank,
            Stage stage,
            ScheduledExecutorService watchdog) {
        this.ref = ref;
        this.bundle = bundle;
        this.origin = origin;
        this.source = source;
        this.rank = rank;
        this.stage = stage;
        this.threads = new PluginThreads(bundle, ref.id(), watchdog);
    }

    public PluginRef ref() {
        return ref;
    }

    public Bundle bundle() {
        return bundle;
    }

    public Origin origin() {
        return origin;
    }

    public String source() {
        return source;
    }

    PluginThreads threads() {
        return threads;
    }

    /** As in sentences: {@code plugin a.b 1.0.0}. */
    public String words() {
        return "plugin " + ref.id() + " " + ref.version();
    }

    /** Counts a lease; false once the version has been let go. */
    boolean lease() {
        int count;
        do {
            count = leases.get();
            if (count == CLOSED) {
                return false;
            }
        } while (!leases.compareAndSet(count, count + 1));
        return true;
    }

    void giveBack() {
        if (leases.updateAndGet(count -> count == CLOSED ? CLOSED : count - 1) == 0) {
            whenIdle.run();
        }
    }

    /** Calls {@code action} whenever the last lease is given back, on the thread that does so. */
    public void onIdle(Runnable action) {
        whenIdle = action;
    }

    /** Lets the version go if nobody holds a lease; nobody gets one afterwards. */
    public boolean closeIfIdle() {
        return leases.compareAndSet(0, CLOSED);
    }

    /** Lets the version go although leases may be open; tells their holders. */
    public void revoke() {
        revoked = true;
        leases.set(CLOSED);
    }

    boolean isRevoked() {
        return revoked;
    }

    /** Open leases. */
    public int leases() {
        return Math.max(0, leases.get());
    }

    /** Whether threads of the plugin were abandoned; what they hold may then be locked. */
    public boolean hasStuckThreads() {
        return threads.stuck() > 0;
    }

    /** Ends the threads that can be ended. */
    public void closeThreads() {
        threads.close();
    }
}
