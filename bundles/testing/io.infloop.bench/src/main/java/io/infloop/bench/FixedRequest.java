package io.infloop.bench;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A request without a body, as far as the door looks at it; everything else fails. */
final class FixedRequest extends HttpServletRequestWrapper {
    private static final HttpServletRequest NOTHING = (HttpServletRequest) Proxy.newProxyInstance(
            FixedRequest.class.getClassLoader(),
            new Class<?>[] {HttpServletRequest.class},
            (self, called, arguments) -> {
                throw new UnsupportedOperationException(called.getName());
            });

    private final String method;
    private final String path;
    private final Map<String, String> headers;
    private Object actor;

    /** @param headers with names in lower case */
    FixedRequest(String method, String path, Map<String, String> headers) {
        super(NOTHING);
        this.method = method;
        this.path = path;
        this.headers = Map.copyOf(headers);
    }

    @Override
    public String getMethod() {
        return method;
    }

    @Override
    public String getRequestURI() {
        return path;
    }

    @Override
    public String getHeader(String name) {
        return headers.get(name.toLowerCase(Locale.ROOT));
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        String value = getHeader(name);
        return Collections.enumeration(value == null ? List.of() : List.of(value));
    }

    @Override
    public long getContentLengthLong() {
        return -1;
    }

    @Override
    public boolean isAsyncStarted() {
        return false;
    }

    @Override
    public void setAttribute(String name, Object value) {
        actor = value;
    }

    @Override
    public Object getAttribute(String name) {
        return actor;
    }
}
