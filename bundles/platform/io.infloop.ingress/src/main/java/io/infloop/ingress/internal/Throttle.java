package io.infloop.ingress.internal;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Lets one occurrence per key and window through, so that a flood makes no flood of lines. Thread-safe. */
final class Throttle {
    private final long windowMillis;
    private final ConcurrentMap<String, Long> lastByKey = new ConcurrentHashMap<>();

    Throttle(Duration window) {
        this.windowMillis = window.toMillis();
    }

    boolean passes(String key, long nowMillis) {
        Long last = lastByKey.get(key);
        if (last != null && nowMillis - last < windowMillis && nowMillis >= last) {
            return false;
        }
        return last == null ? lastByKey.putIfAbsent(key, nowMillis) == null : lastByKey.replace(key, last, nowMillis);
    }

    void forget(String key) {
        lastByKey.remove(key);
    }
}
