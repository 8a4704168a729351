package io.infloop.ingress.internal.keys;

import io.infloop.spi.http.HttpAnswer;
import io.infloop.spi.http.HttpCall;
import io.infloop.spi.http.HttpCallException;
import io.infloop.spi.http.HttpCaller;
import io.infloop.spi.signing.KeyFetchException;
import io.infloop.spi.signing.KeyFetcher;
import io.infloop.spi.signing.SignatureScheme;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceScope;

/**
 * Fetches the keys of senders over the server's guarded way out. Who sends deliveries decides what is looked up, so everything is
 * bounded: a few fetches at a time, one for all who want the same, a pause after a failure, little memory. Thread-safe.
 */
@Component(service = CachedKeyFetcher.class)
public final class CachedKeyFetcher implements KeyFetcher {
    private static final Duration TIMEOUT = Duration.ofMillis(SignatureScheme.DEADLINE_MILLIS * 3 / 4);
    private static final Duration FAILURE_PAUSE = Duration.ofSeconds(5);
    private static final int AT_A_TIME = 4;
    private static final int MAX_ENTRIES = 256;
    private static final int MAX_CACHED_BYTES = 8 * 1024 * 1024;

    /** What came of a fetch; a failure has no document. */
    private record Entry(Optional<byte[]> document, String failure, long at) {
        int size() {
            return document.map(bytes -> bytes.length).orElse(0);
        }
    }

    private final HttpCaller http;
    private final Clock clock;
    private final Semaphore places = new Semaphore(AT_A_TIME);
    private final Map<URI, Entry> cache = new LinkedHashMap<>(16, 0.75f, true);
    // Apart from the documents: strangers who make a fetch fail must not take a document away that others still use.
    private final Map<URI, Entry> failures = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<URI, CompletableFuture<Entry>> underWay = new HashMap<>();
    private int cachedBytes;

    @Activate
    public CachedKeyFetcher(@Reference(scope = ReferenceScope.BUNDLE) HttpCaller http) {
        this(http, Clock.systemUTC());
    }

    CachedKeyFetcher(HttpCaller http, Clock clock) {
        this.http = http;
        this.clock = clock;
    }

    @Override
    public byte[] fetch(URI url, KeyPolicy policy) throws KeyFetchException, InterruptedException {
        check(url, policy);
        if (policy.maxAge().isZero()) {
            return document(call(url, policy));
        }
        CompletableFuture<Entry> flight;
        boolean mine = false;
        synchronized (this) {
            Entry known = cache.get(url);
            if (known != null && isFresh(known, policy)) {
                return document(known);
            }
            Entry failure = failures.get(url);
            if (failure != null && isFresh(failure, policy)) {
                return document(failure);
            }
            flight = underWay.get(url);
            if (flight == null) {
                mine = true;
                flight = new CompletableFuture<>();
                underWay.put(url, flight);
            }
        }
        if (mine) {
            land(url, policy, flight);
        }
        return document(await(flight));
    }

    private static void check(URI url, KeyPolicy policy) throws KeyFetchException {
        if (!"https".equals(url.getScheme()) || url.getHost() == null || url.getRawUserInfo() != null) {
            throw new KeyFetchException("keys are fetched from https addresses only");
        }
        String host = url.getHost().toLowerCase(Locale.ROOT);
        if (policy.hosts().stream().noneMatch(pattern -> fits(host, pattern.toLowerCase(Locale.ROOT)))) {
            throw new KeyFetchException("the host " + host + " is not one that keys may come from");
        }
    }

    private static boolean fits(String host, String pattern) {
        return pattern.startsWith("*.")
                ? host.endsWith(pattern.substring(1)) && host.length() > pattern.length() - 1
                : host.equals(pattern);
    }

    private boolean isFresh(Entry entry, KeyPolicy policy) {
        long age = clock.millis() - entry.at();
        Duration limit = entry.document().isPresent() ? policy.maxAge() : FAILURE_PAUSE;
        // A clock that was set back must not keep a key for ever.
        return age >= 0 && age < limit.toMillis();
    }

    private void land(URI url, KeyPolicy policy, CompletableFuture<Entry> flight) throws InterruptedException {
        Entry landed = new Entry(Optional.empty(), "the fetch was given up", clock.millis());
        try {
            landed = call(url, policy);
        } finally {
            synchronized (this) {
                underWay.remove(url);
                keep(url, landed);
            }
            flight.complete(landed);
        }
    }

    private void keep(URI url, Entry entry) {
        if (entry.document().isEmpty()) {
            failures.put(url, entry);
            if (failures.size() > MAX_ENTRIES) {
                failures.remove(failures.keySet().iterator().next());
            }
            return;
        }
        failures.remove(url);
        Entry before = cache.put(url, entry);
        cachedBytes += entry.size() - (before == null ? 0 : before.size());
        Iterator<Entry> oldest = cache.values().iterator();
        while ((cache.size() > MAX_ENTRIES || cachedBytes > MAX_CACHED_BYTES) && oldest.hasNext()) {
            cachedBytes -= oldest.next().size();
            oldest.remove();
        }
    }

    private static Entry await(CompletableFuture<Entry> flight) throws KeyFetchException, InterruptedException {
        try {
            return flight.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException slow) {
            throw new KeyFetchException("the answer did not come in time", slow);
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static byte[] document(Entry entry) throws KeyFetchException {
        return entry.document()
                .orElseThrow(() -> new KeyFetchException(entry.failure()))
                .clone();
    }

    private Entry call(URI url, KeyPolicy policy) throws InterruptedException {
        if (!places.tryAcquire()) {
            // Never fresh: the next one may find a place.
            return new Entry(Optional.empty(), "too many keys are being fetched", 0);
        }
        HttpCall call = HttpCall.builder("GET", url)
                .timeout(TIMEOUT)
                .responseBytes(policy.maxBytes())
                .build();
        try (HttpAnswer answer = http.call(call)) {
            if (answer.status() != 200) {
                return failed(url.getHost() + " answered " + answer.status());
            }
            return new Entry(Optional.of(answer.body().readAllBytes()), "", clock.millis());
        } catch (HttpCallException refused) {
            return failed(refused.getMessage());
        } catch (IOException broken) {
            return failed("the answer of " + url.getHost() + " broke off");
        } finally {
            places.release();
        }
    }

    private Entry failed(String reason) {
        return new Entry(Optional.empty(), reason, clock.millis());
    }
}
