package io.infloop.core.rate;

/** Makes rate limiters. An OSGi service of core. */
public interface RateLimiters {
    /** @param perMinute 0 for no limit */
    RateLimiter perMinute(int perMinute);
}
