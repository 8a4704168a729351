package io.infloop.core.internal.event;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.event.EventHub;
import io.infloop.core.json.Jsons;
import io.infloop.spi.Registration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the newest events in one ring that all watchers read at their own pace, each on its own thread. So publishing costs the same
 * however many watch, and memory is bounded however slow they are.
 */
public final class RingEventHub implements EventHub, AutoCloseable {
    static final int MAX_WATCHERS = 512;
    private static final Logger LOGGER = LoggerFactory.getLogger(RingEventHub.class);
    private static final int MAX_EVENTS = 8192;
    private static final long MAX_BYTES = 32L * 1024 * 1024;
    private static final int BATCH = 128;

    private final Event[] ring;
    private final long maxBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition published = lock.newCondition();
    private final Set<Watching> watchers = ConcurrentHashMap.newKeySet();

    /** Id of the oldest event that is kept; {@code newest + 1} when none is. */
    private long oldest;

    private long newest;
    private final long base;
    private long bytes;
    private boolean closed;

    public RingEventHub() {
        this(MAX_EVENTS, MAX_BYTES, System.currentTimeMillis() * 1000);
    }

    /**
     * @param base ids begin after it; it grows from one start of the server to the next, so that an id that a client kept from an
     *     earlier one is recognised as too old
     */
    RingEventHub(int maxEvents, long maxBytes, long base) {
        this.ring = new Event[maxEvents];
        this.maxBytes = maxBytes;
        this.base = base;
        this.newest = base;
        this.oldest = base + 1;
    }

    @Override
    public void publish(String type, Optional<String> runId, Map<String, ?> fields) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("type", type);
        fields.forEach((name, value) -> {
            if (!name.equals("type")) {
                members.put(name, value);
            }
        });
        members.putIfAbsent("ts", System.currentTimeMillis());
        byte[] json = Jsons.bytes(members);
        lock.lock();
        try {
            if (closed) {
                return;
            }
            if (newest - oldest + 1 >= ring.length) {
                evictOldest();
            }
            newest++;
            ring[slot(newest)] = new Event(newest, type, runId, json);
            bytes += json.length;
            while (bytes > maxBytes && oldest < newest) {
                evictOldest();
            }
            published.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void evictOldest() {
        int slot = slot(oldest);
        bytes -= ring[slot].json().length;
        ring[slot] = null;
        oldest++;
    }

    @Override
    public long lastId() {
        lock.lock();
        try {
            return newest == base ? 0 : newest;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int watcherCount() {
        return watchers.size();
    }

    @Override
    public Registration subscribe(long afterId, Watcher watcher) {
        if (watchers.size() >= MAX_WATCHERS) {
            throw new InfloopException(
                    ErrorCode.RATE_LIMITED,
                    "too many watch the events (" + MAX_WATCHERS + "); close some and try again");
        }
        Watching watching = new Watching(afterId, watcher);
        watchers.add(watching);
        watching.start();
        return watching;
    }

    /** Nothing is published any more; every watcher is told that this is the end, on its own thread. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            published.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private int slot(long id) {
        return (int) (id % ring.length);
    }

    /** One watcher and how far it is. */
    private final class Watching implements Registration {
        private final Watcher watcher;
        private final Thread thread;
        private long delivered;
        private boolean missed;
        private volatile boolean open = true;

        Watching(long afterId, Watcher watcher) {
            this.watcher = watcher;
            lock.lock();
            try {
                // An id from the future is one of an earlier server whose clock was ahead.
                boolean unknown = afterId > newest || (afterId > 0 && afterId < base);
                this.missed = unknown;
                this.delivered = afterId > newest ? newest : Math.max(afterId, base);
            } finally {
                lock.unlock();
            }
            this.thread = new Thread(this::deliver, "infloop events");
            thread.setDaemon(true);
        }

        void start() {
            thread.start();
        }

        @Override
        public void close() {
            open = false;
            watchers.remove(this);
            lock.lock();
            try {
                published.signalAll();
            } finally {
                lock.unlock();
            }
        }

        private void deliver() {
            try {
                for (List<Event> batch = next(); !batch.isEmpty() || missed; batch = next()) {
                    if (missed && open) {
                        missed = false;
                        watcher.missed(
                                batch.isEmpty() ? delivered : batch.get(0).id() - 1);
                    }
                    for (Event event : batch) {
                        if (!open) {
                            return;
                        }
                        watcher.event(event);
                    }
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            } catch (Exception failed) {
                LOGGER.debug("a watcher of events failed and is dropped", failed);
            } finally {
                close();
                watcher.ended();
            }
        }

        /** Waits for events; empty when the watcher or the hub is closed, or only something missed is to be told. */
        private List<Event> next() throws InterruptedException {
            lock.lockInterruptibly();
            try {
                while (open && !closed && !missed && delivered >= newest) {
                    published.await();
                }
                if (!open || closed) {
                    missed = false;
                    return List.of();
                }
                if (delivered < oldest - 1) {
                    missed = true;
                    delivered = oldest - 1;
                }
                List<Event> batch = new ArrayList<>();
                while (delivered < newest && batch.size() < BATCH) {
                    delivered++;
                    batch.add(ring[slot(delivered)]);
                }
                return batch;
            } finally {
                lock.unlock();
            }
        }
    }
}
