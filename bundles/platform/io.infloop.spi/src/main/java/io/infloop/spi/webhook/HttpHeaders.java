package io.infloop.spi.webhook;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Request headers in the order received, duplicates kept; names compare without regard to case. Immutable. */
public final class HttpHeaders {
    /** One header line. */
    public record Header(String name, String value) {}

    private final List<Header> headers;
    private final Map<String, List<String>> byName = new LinkedHashMap<>();

    private HttpHeaders(List<Header> headers) {
        this.headers = List.copyOf(headers);
        for (Header header : headers) {
            byName.computeIfAbsent(key(header.name()), name -> new ArrayList<>())
                    .add(header.value());
        }
    }

    public static HttpHeaders of(List<Header> headers) {
        return new HttpHeaders(headers);
    }

    public static HttpHeaders of(Map<String, String> headers) {
        return new HttpHeaders(headers.entrySet().stream()
                .map(entry -> new Header(entry.getKey(), entry.getValue()))
                .toList());
    }

    public List<Header> all() {
        return headers;
    }

    /** Every value of that name in order; empty when there is none. */
    public List<String> all(String name) {
        return List.copyOf(byName.getOrDefault(key(name), List.of()));
    }

    /** The first value of that name. */
    public Optional<String> first(String name) {
        return byName.getOrDefault(key(name), List.of()).stream().findFirst();
    }

    /** Lower-cased names to values, repeated headers joined with {@code ", "}. */
    public Map<String, String> joined() {
        Map<String, String> joined = new LinkedHashMap<>();
        byName.forEach((name, values) -> joined.put(name, String.join(", ", values)));
        return joined;
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
