package io.infloop.host.internal.registry;

import io.infloop.host.Contributions.Entry;
import io.infloop.spi.Contribution;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.framework.ServiceReference;

/** One contribution as a version of a plugin offers it. */
final class Offer<T extends Contribution> {
    /** So many threads stuck in one contribution switch it off. */
    static final int MAX_STUCK = 3;

    private final Key key;
    private final Entry<T> entry;
    private final PluginVersion version;
    private final ServiceReference<?> reference;
    private final boolean trusted;
    private final AtomicInteger stuck = new AtomicInteger();
    private volatile boolean withdrawn;
    private volatile boolean off;

    /** @param trusted whether calls run on the caller's thread: shipped code and the interpreter of manifests */
    Offer(Key key, Entry<T> entry, PluginVersion version, ServiceReference<?> reference, boolean trusted) {
        this.key = key;
        this.entry = entry;
        this.version = version;
        this.reference = reference;
        this.trusted = trusted;
    }

    Key key() {
        return key;
    }

    Entry<T> entry() {
        return entry;
    }

    PluginVersion version() {
        return version;
    }

    ServiceReference<?> reference() {
        return reference;
    }

    boolean isTrusted() {
        return trusted;
    }

    boolean isWithdrawn() {
        return withdrawn;
    }

    void withdraw() {
        withdrawn = true;
    }

    boolean isOff() {
        return off;
    }

    void switchOff() {
        off = true;
    }

    /** @return threads now stuck in this contribution */
    int threadLost() {
        return stuck.incrementAndGet();
    }

    void threadBack() {
        stuck.decrementAndGet();
    }

    /** Why it is switched off, for people. */
    String offReason() {
        int running = Math.max(0, stuck.get());
        return key.words() + " is switched off: " + MAX_STUCK + " threads did not come back from it, "
                + (running == 0
                        ? "though all have ended since"
                        : "and " + running + " still run, which only a restart of the server ends")
                + "; update the plugin";
    }
}
