package io.infloop.engine.internal.dispatch;

import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.QueueItem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * The head of the queue as last read. Items are only ever added at the queue's end, so the window stays its oldest part; the store is
 * asked again when nothing in the window may start, and asked for more when a whole window is taken up by busy workflows. Reading in
 * vain is followed by a pause, so that it costs a small part of one core however long the queue is. For one thread, but for {@link
 * #markChanged} and {@link #finished}.
 */
final class QueueWindow {
    static final int PAGE = 128;
    private static final int GROWTH = 4;
    private static final int MAX_WINDOW = 100_000;
    private static final long MIN_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int PAUSE_FACTOR = 10;

    private final RecordStore records;
    private final LongSupplier nanoTime;
    private final Set<String> underWay = new HashSet<>();
    private List<QueueItem> items = new ArrayList<>();
    private boolean changed = true;
    /** There is more in the queue than was read. */
    private boolean more;
    /** Nothing has been taken since the window was read. */
    private boolean inVain;

    private int size = PAGE;
    private long pauseUntil;

    QueueWindow(RecordStore records, LongSupplier nanoTime) {
        this.records = records;
        this.nanoTime = nanoTime;
    }

    /** The queue is not what it was. */
    synchronized void markChanged() {
        changed = true;
    }

    /** What was to become of an item has happened or failed. */
    synchronized void finished(String queueId) {
        underWay.remove(queueId);
    }

    /** Takes the oldest item that {@code mayStart} accepts out of the window. */
    Optional<QueueItem> take(Predicate<QueueItem> mayStart) {
        for (Iterator<QueueItem> iterator = items.iterator(); iterator.hasNext(); ) {
            QueueItem item = iterator.next();
            if (mayStart.test(item)) {
                iterator.remove();
                synchronized (this) {
                    underWay.add(item.queueId());
                    inVain = false;
                }
                return Optional.of(item);
            }
        }
        return Optional.empty();
    }

    /** Reads the queue again if that may help. @return false if it would not, or not yet */
    boolean refill() {
        int limit;
        synchronized (this) {
            boolean pausing = inVain && !more && nanoTime.getAsLong() - pauseUntil < 0;
            if ((!changed && !more) || pausing) {
                return false;
            }
            // A window full of items that may not start: what may start lies beyond it.
            boolean beyond = inVain && (more || items.size() >= size);
            size = beyond ? Math.min(MAX_WINDOW, size * GROWTH) : inVain ? size : PAGE;
            limit = size + underWay.size();
            changed = false;
        }
        long began = nanoTime.getAsLong();
        List<RecordStore.Waiting> waiting = records.waiting(limit);
        long took = nanoTime.getAsLong() - began;
        synchronized (this) {
            List<QueueItem> read = new ArrayList<>();
            waiting.stream()
                    .map(RecordStore.Waiting::item)
                    .filter(item -> !underWay.contains(item.queueId()))
                    .forEach(read::add);
            items = read;
            more = waiting.size() >= limit && size < MAX_WINDOW;
            inVain = true;
            pauseUntil = nanoTime.getAsLong() + Math.max(MIN_PAUSE_NANOS, PAUSE_FACTOR * took);
        }
        return true;
    }

    /** In how many nanoseconds to look again although nobody says so; empty if that would not help. */
    synchronized OptionalLong retryIn() {
        return changed && inVain
                ? OptionalLong.of(Math.max(1, pauseUntil - nanoTime.getAsLong()))
                : OptionalLong.empty();
    }
}
