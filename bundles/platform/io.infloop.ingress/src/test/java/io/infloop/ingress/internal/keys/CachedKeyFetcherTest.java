package io.infloop.ingress.internal.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.spi.http.HttpAnswer;
import io.infloop.spi.http.HttpCall;
import io.infloop.spi.http.HttpCallException;
import io.infloop.spi.http.HttpCaller;
import io.infloop.spi.signing.KeyFetchException;
import io.infloop.spi.signing.KeyFetcher.KeyPolicy;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CachedKeyFetcherTest {
    private static final URI URL = URI.create("https://keys.example.org/certs");
    private static final KeyPolicy HOUR = new KeyPolicy(Set.of("keys.example.org"), Duration.ofHours(1), 1_000);

    private final AtomicInteger calls = new AtomicInteger();
    private final MovingClock clock = new MovingClock();
    private volatile int status = 200;

    private final CachedKeyFetcher fetcher = new CachedKeyFetcher(this::answer, clock);

    private HttpAnswer answer(HttpCall call) throws HttpCallException {
        assertThat(call.responseBytes()).isEqualTo(1_000);
        assertThat(call.timeout()).isLessThan(Duration.ofSeconds(2));
        int number = calls.incrementAndGet();
        if (status == 0) {
            throw new HttpCallException(HttpCallException.Reason.REFUSED, "10.0.0.1 is a private address");
        }
        return new Answer(status, "key " + number);
    }

    private record Answer(int status, String text) implements HttpAnswer {
        @Override
        public Map<String, List<String>> headers() {
            return Map.of();
        }

        @Override
        public InputStream body() {
            return new ByteArrayInputStream(text.getBytes());
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }

    @Test
    void fetchesOnceWhileFresh() throws Exception {
        assertThat(fetch()).isEqualTo("key 1");
        clock.now = clock.now.plus(Duration.ofMinutes(59));
        assertThat(fetch()).isEqualTo("key 1");
        assertThat(new String(fetcher.fetch(URL, new KeyPolicy(HOUR.hosts(), Duration.ofMinutes(1), 1_000))))
                .as("somebody wants it newer")
                .isEqualTo("key 2");
        clock.now = clock.now.plus(Duration.ofHours(2));
        assertThat(fetch()).isEqualTo("key 3");
        clock.now = clock.now.minus(Duration.ofDays(1));
        assertThat(fetch()).as("the clock was set back").isEqualTo("key 4");
    }

    @Test
    void whatMustNotBeKeptIsNotKept() throws Exception {
        KeyPolicy never = new KeyPolicy(HOUR.hosts(), Duration.ZERO, 1_000);
        fetcher.fetch(URL, never);
        fetcher.fetch(URL, never);
        assertThat(calls).hasValue(2);
    }

    @Test
    void nobodyCanChangeWhatIsKept() throws Exception {
        byte[] key = fetcher.fetch(URL, HOUR);
        key[0] = 'X';
        assertThat(fetch()).isEqualTo("key 1");
    }

    @Test
    void aFailureIsNotRepeatedAtOnce() throws Exception {
        status = 500;
        for (int i = 0; i < 100; i++) {
            assertThatThrownBy(this::fetch)
                    .isInstanceOf(KeyFetchException.class)
                    .hasMessageContaining("500");
        }
        assertThat(calls).hasValue(1);
        status = 0;
        clock.now = clock.now.plusSeconds(6);
        assertThatThrownBy(this::fetch).hasMessageContaining("private address");
        status = 200;
        clock.now = clock.now.plusSeconds(6);
        assertThat(fetch()).isEqualTo("key 3");
    }

    /** A stranger's token with a key id that nobody knows asks for a newer document; genuine ones still verify with the old one. */
    @Test
    void aFailureTakesNoDocumentAway() throws Exception {
        assertThat(fetch()).isEqualTo("key 1");
        clock.now = clock.now.plus(Duration.ofMinutes(2));
        status = 500;
        KeyPolicy newer = new KeyPolicy(HOUR.hosts(), Duration.ofMinutes(1), 1_000);
        for (int i = 0; i < 100; i++) {
            assertThatThrownBy(() -> fetcher.fetch(URL, newer)).isInstanceOf(KeyFetchException.class);
            assertThat(fetch()).isEqualTo("key 1");
        }
        assertThat(calls).as("the failure is not repeated at once").hasValue(2);
        clock.now = clock.now.plus(Duration.ofHours(1));
        assertThatThrownBy(this::fetch).isInstanceOf(KeyFetchException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "https://keys.example.org/x,true",
        "https://KEYS.example.org/x,true",
        "https://a.sub.example.net/x,true",
        "https://sub.example.net/x,false",
        "https://evilsub.example.net/x,false",
        "https://keys.example.org.evil.net/x,false",
        "http://keys.example.org/x,false",
        "https://u@keys.example.org/x,false",
        "file:///etc/passwd,false"
    })
    void hostsArePinned(String url, boolean allowed) throws Exception {
        KeyPolicy policy = new KeyPolicy(Set.of("keys.example.org", "*.sub.example.net"), Duration.ofHours(1), 1_000);
        if (allowed) {
            assertThat(fetcher.fetch(URI.create(url), policy)).isNotEmpty();
        } else {
            assertThatThrownBy(() -> fetcher.fetch(URI.create(url), policy)).isInstanceOf(KeyFetchException.class);
            assertThat(calls).hasValue(0);
        }
    }

    @Test
    void manyWhoWantTheSameShareOneFetchAndStrangersFindFewPlaces() throws Exception {
        CountDownLatch inside = new CountDownLatch(4);
        CountDownLatch release = new CountDownLatch(1);
        HttpCaller slow = call -> {
            calls.incrementAndGet();
            inside.countDown();
            release.await(30, TimeUnit.SECONDS);
            return new Answer(200, "key");
        };
        CachedKeyFetcher shared = new CachedKeyFetcher(slow, clock);
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<Future<byte[]>> wanted = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                URI url = URI.create("https://keys.example.org/" + i);
                wanted.add(threads.submit(() -> shared.fetch(url, HOUR)));
            }
            assertThat(inside.await(30, TimeUnit.SECONDS)).isTrue();
            assertThatThrownBy(() -> shared.fetch(URI.create("https://keys.example.org/5"), HOUR))
                    .hasMessageContaining("too many");
            for (int i = 0; i < 8; i++) {
                wanted.add(threads.submit(() -> shared.fetch(URI.create("https://keys.example.org/0"), HOUR)));
            }
            release.countDown();
            for (Future<byte[]> each : wanted) {
                assertThat(each.get(30, TimeUnit.SECONDS)).isNotEmpty();
            }
            assertThat(calls).hasValue(4);
        } finally {
            release.countDown();
            threads.shutdownNow();
        }
    }

    @Test
    void memoryIsBounded() throws Exception {
        for (int i = 0; i < 1_000; i++) {
            fetcher.fetch(URI.create("https://keys.example.org/" + i), HOUR);
        }
        int before = calls.get();
        fetcher.fetch(URI.create("https://keys.example.org/999"), HOUR);
        assertThat(calls).hasValue(before);
        fetcher.fetch(URI.create("https://keys.example.org/0"), HOUR);
        assertThat(calls).as("the oldest are forgotten").hasValue(before + 1);
    }

    private String fetch() throws KeyFetchException, InterruptedException {
        return new String(fetcher.fetch(URL, HOUR));
    }

    private static final class MovingClock extends Clock {
        private Instant now = Instant.parse("2026-01-01T12:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
