package io.infloop.core.internal.outbound;

import io.infloop.spi.http.HttpAnswer;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** An answer whose body is still on its way. */
final class EgressHttpAnswer implements HttpAnswer {
    private final int status;
    private final Map<String, List<String>> headers;
    private final BoundedBody body;

    EgressHttpAnswer(int status, Map<String, List<String>> headers, BoundedBody body) {
        this.status = status;
        Map<String, List<String>> lower = new TreeMap<>();
        headers.forEach((name, values) -> lower.put(name.toLowerCase(Locale.ROOT), List.copyOf(values)));
        this.headers = Map.copyOf(lower);
        this.body = body;
    }

    @Override
    public int status() {
        return status;
    }

    @Override
    public Map<String, List<String>> headers() {
        return headers;
    }

    @Override
    public InputStream body() {
        return body;
    }

    @Override
    public void close() {
        body.close();
    }
}
