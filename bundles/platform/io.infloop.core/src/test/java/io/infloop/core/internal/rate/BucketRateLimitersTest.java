package io.infloop.core.internal.rate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.TimeMeter;
import io.infloop.core.rate.RateLimiter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BucketRateLimitersTest {
    private final BucketRateLimiters limiters = new BucketRateLimiters();

    @Test
    void eachKeyHasItsOwnBucket() {
        RateLimiter limiter = limiters.perMinute(2);

        assertThat(limiter.acquire("a")).isEmpty();
        assertThat(limiter.acquire("a")).isEmpty();
        assertThat(limiter.acquire("a"))
                .hasValueSatisfying(wait -> assertThat(wait).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(30)));
        assertThat(limiter.acquire("b")).isEmpty();
    }

    @Test
    void aForgottenKeyBeginsAnew() {
        RateLimiter limiter = limiters.perMinute(1);
        limiter.acquire("a");
        limiter.forget("a");

        assertThat(limiter.acquire("a")).isEmpty();
    }

    @Test
    void timeIsWhatHasPassedWhateverTheClockSays() {
        assertThat(new BucketRateLimiters().time().isWallClockBased()).isFalse();
        AtomicLong nanos = new AtomicLong();
        RateLimiter limiter = new BucketRateLimiters(new TimeMeter() {
                    @Override
                    public long currentTimeNanos() {
                        return nanos.get();
                    }

                    @Override
                    public boolean isWallClockBased() {
                        return false;
                    }
                })
                .perMinute(1);
        assertThat(limiter.acquire("a")).isEmpty();
        assertThat(limiter.acquire("a")).contains(Duration.ofMinutes(1));
        nanos.addAndGet(Duration.ofSeconds(61).toNanos());
        assertThat(limiter.acquire("a")).isEmpty();
    }

    @Test
    void zeroIsNoLimit() {
        RateLimiter limiter = limiters.perMinute(0);
        for (int index = 0; index < 1000; index++) {
            assertThat(limiter.acquire("a")).isEmpty();
        }
    }

    @Test
    void manyKeysDoNotGrowForEver() {
        RateLimiter limiter = limiters.perMinute(1);
        for (int index = 0; index < BucketRateLimiters.MAX_KEYS + 100; index++) {
            assertThat(limiter.acquire("key" + index)).isEmpty();
        }
    }
}
