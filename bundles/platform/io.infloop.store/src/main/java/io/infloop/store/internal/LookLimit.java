package io.infloop.store.internal;

import java.time.Clock;

/** Lets so many looks at the disk pass per second. Thread-safe. */
final class LookLimit {
    private static final long SECOND_MILLIS = 1_000;

    private final int perSecond;
    private final Clock clock;
    private long second = Long.MIN_VALUE;
    private int looks;

    LookLimit(int perSecond, Clock clock) {
        this.perSecond = perSecond;
        this.clock = clock;
    }

    synchronized boolean tryLook() {
        long now = Math.floorDiv(clock.millis(), SECOND_MILLIS);
        if (now != second) {
            second = now;
            looks = 0;
        }
        looks++;
        return looks <= perSecond;
    }
}
