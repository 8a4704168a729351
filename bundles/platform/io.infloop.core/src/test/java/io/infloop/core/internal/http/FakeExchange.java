package io.infloop.core.internal.http;

import io.infloop.core.audit.Actor;
import io.infloop.core.http.RequestFacts;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A request and its response, as far as the door looks at them. */
final class FakeExchange {
    private final String method;
    private final String path;
    private String query;
    private String peer = "192.0.2.7";
    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<String, String> responseHeaders = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<String, Object> attributes = new HashMap<>();
    private final ByteArrayOutputStream responseBody = new ByteArrayOutputStream();
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private byte[] requestBody = new byte[0];
    private long length;
    private int status = 200;
    private HttpServletRequest passed;

    FakeExchange(String method, String path) {
        this.method = method;
        this.path = path;
        headers.put("Host", "localhost:3000");
        this.request = proxy(HttpServletRequest.class, this::onRequest);
        this.response = proxy(HttpServletResponse.class, this::onResponse);
    }

    FakeExchange header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    FakeExchange peer(String address) {
        this.peer = address;
        return this;
    }

    FakeExchange query(String text) {
        this.query = text;
        return this;
    }

    FakeExchange length(long bytes) {
        this.length = bytes;
        return this;
    }

    FakeExchange requestBody(String text) {
        this.requestBody = text.getBytes(StandardCharsets.UTF_8);
        return this;
    }

    void through(Door door) throws Exception {
        through(door, (ignored, none) -> {});
    }

    void through(Door door, DoorTest.Handler handler) throws Exception {
        FilterChain chain = (passedRequest, passedResponse) -> {
            passed = (HttpServletRequest) passedRequest;
            try {
                handler.handle(passed, (HttpServletResponse) passedResponse);
            } catch (Exception failed) {
                throw new ServletException(failed);
            }
        };
        door.doFilter(request, response, chain);
    }

    Optional<Actor> actor() {
        return Optional.ofNullable(passed).map(RequestFacts::actor);
    }

    HttpServletRequest request() {
        return request;
    }

    HttpServletRequest passedRequest() {
        return passed;
    }

    int status() {
        return status;
    }

    String body() {
        return responseBody.toString(StandardCharsets.UTF_8);
    }

    String responseHeader(String name) {
        return responseHeaders.get(name);
    }

    private Object onRequest(String call, Object[] arguments) {
        return switch (call) {
            case "getRequestURI" -> path;
            case "getMethod" -> method;
            case "getHeader" -> headers.get(arguments[0]);
            case "getHeaders" ->
                Collections.enumeration(
                        headers.containsKey(arguments[0]) ? List.of(headers.get(arguments[0])) : List.of());
            case "getHeaderNames" -> Collections.enumeration(new ArrayList<>(headers.keySet()));
            case "getContentLengthLong" -> length;
            case "getContentType" -> headers.get("Content-Type");
            case "getAttribute" -> attributes.get(arguments[0]);
            case "setAttribute" -> attributes.put((String) arguments[0], arguments[1]);
            case "isAsyncStarted", "isAsyncSupported", "isSecure" -> false;
            case "getQueryString" -> query;
            case "getRemoteAddr" -> peer;
            case "getInputStream" -> new Input(requestBody);
            default -> throw new UnsupportedOperationException(call);
        };
    }

    private Object onResponse(String call, Object[] arguments) {
        return switch (call) {
            case "setHeader" -> responseHeaders.put((String) arguments[0], (String) arguments[1]);
            case "setStatus" -> {
                status = (Integer) arguments[0];
                yield null;
            }
            case "setContentType", "setContentLength" -> null;
            case "isCommitted" -> false;
            case "getOutputStream" -> new Output(responseBody);
            default -> throw new UnsupportedOperationException(call);
        };
    }

    private static <T> T proxy(Class<T> type, Calls calls) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, called, arguments) -> {
                    Object result = calls.on(called.getName(), arguments);
                    return called.getReturnType() == void.class ? null : result;
                }));
    }

    private interface Calls {
        Object on(String call, Object[] arguments);
    }

    private static final class Input extends ServletInputStream {
        private final ByteArrayInputStream bytes;

        Input(byte[] content) {
            this.bytes = new ByteArrayInputStream(content);
        }

        @Override
        public int read() {
            return bytes.read();
        }

        @Override
        public int read(byte[] target, int offset, int count) {
            return bytes.read(target, offset, count);
        }

        @Override
        public boolean isFinished() {
            return bytes.available() == 0;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new UnsupportedOperationException();
        }
    }

    private static final class Output extends ServletOutputStream {
        private final ByteArrayOutputStream bytes;

        Output(ByteArrayOutputStream bytes) {
            this.bytes = bytes;
        }

        @Override
        public void write(int value) {
            bytes.write(value);
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new UnsupportedOperationException();
        }
    }
}
