package io.infloop.core.internal.rate;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import io.infloop.core.rate.RateLimiter;
import io.infloop.core.rate.RateLimiters;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Makes limiters of token buckets. */
public final class BucketRateLimiters implements RateLimiters {
    static final int MAX_KEYS = 10_000;

    private static final RateLimiter UNLIMITED = new RateLimiter() {
        @Override
        public Optional<Duration> acquire(String key) {
            return Optional.empty();
        }

        @Override
        public void forget(String key) {}
    };

    private final TimeMeter time;

    public BucketRateLimiters() {
        // Not the time of day, which a bucket takes unless it is told: set back by an hour it would leave empty buckets
        // empty for that hour.
        this(TimeMeter.SYSTEM_NANOTIME);
    }

    BucketRateLimiters(TimeMeter time) {
        this.time = time;
    }

    TimeMeter time() {
        return time;
    }

    @Override
    public RateLimiter perMinute(int perMinute) {
        if (perMinute < 0) {
            throw new IllegalArgumentException("perMinute is negative");
        }
        return perMinute == 0 ? UNLIMITED : new Buckets(perMinute, time);
    }

    private static final class Buckets implements RateLimiter {
        private final int perMinute;
        private final TimeMeter time;
        private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();

        Buckets(int perMinute, TimeMeter time) {
            this.perMinute = perMinute;
            this.time = time;
        }

        @Override
        public Optional<Duration> acquire(String key) {
            Bucket bucket = buckets.get(key);
            if (bucket == null) {
                makeRoom();
                bucket = buckets.computeIfAbsent(key, absent -> newBucket());
            }
            ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
            return probe.isConsumed()
                    ? Optional.empty()
                    : Optional.of(Duration.ofNanos(Math.max(1, probe.getNanosToWaitForRefill())));
        }

        @Override
        public void forget(String key) {
            buckets.remove(key);
        }

        private Bucket newBucket() {
            return Bucket.builder()
                    .addLimit(limit -> limit.capacity(perMinute).refillGreedy(perMinute, Duration.ofMinutes(1)))
                    .withCustomTimePrecision(time)
                    .build();
        }

        /** Full buckets say nothing; only when all are in use somebody else's goes. */
        private void makeRoom() {
            if (buckets.size() < MAX_KEYS) {
                return;
            }
            buckets.values().removeIf(bucket -> bucket.getAvailableTokens() >= perMinute);
            Iterator<String> keys = buckets.keySet().iterator();
            while (buckets.size() >= MAX_KEYS && keys.hasNext()) {
                keys.next();
                keys.remove();
            }
        }
    }
}
