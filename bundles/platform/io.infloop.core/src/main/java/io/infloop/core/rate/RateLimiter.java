package io.infloop.core.rate;

import java.time.Duration;
import java.util.Optional;

/**
 * Token buckets, one per key: capacity and refill per minute are the limit. In memory, forgotten at restart. Thread-safe; made by
 * {@link RateLimiters}.
 */
public interface RateLimiter {
    /** Takes a token. @return empty if there was one; else how long until the next */
    Optional<Duration> acquire(String key);

    /** Forgets a key that will not come again. */
    void forget(String key);
}
