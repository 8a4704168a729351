package io.infloop.testkit.spi;

import io.infloop.spi.http.HttpAnswer;
import io.infloop.spi.http.HttpCall;
import io.infloop.spi.http.HttpCallException;
import io.infloop.spi.http.HttpCallException.Reason;
import io.infloop.spi.http.HttpCaller;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Reaches nobody: plays a script for each call, remembers what was asked for and whether answers were closed. */
public final class FakeHttpCaller implements HttpCaller {
    /** What a server answers. */
    @FunctionalInterface
    public interface Script {
        /** Plays on the calling thread. */
        HttpAnswer play(HttpCall call) throws HttpCallException, InterruptedException;
    }

    private final Script script;
    private final List<HttpCall> calls = new CopyOnWriteArrayList<>();
    private final AtomicInteger open = new AtomicInteger();

    private FakeHttpCaller(Script script) {
        this.script = script;
    }

    public static FakeHttpCaller playing(Script script) {
        return new FakeHttpCaller(script);
    }

    /** Every call is answered with this text. */
    public static FakeHttpCaller answering(int status, String body) {
        return new FakeHttpCaller(call -> answer(status, Map.of(), body));
    }

    /** Every call fails. */
    public static FakeHttpCaller failing(Reason reason, String message) {
        return new FakeHttpCaller(call -> {
            throw new HttpCallException(reason, message);
        });
    }

    /** For scripts: an answer with this text as UTF-8. */
    public static HttpAnswer answer(int status, Map<String, String> headers, String body) {
        Map<String, List<String>> lower = new TreeMap<>();
        headers.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), List.of(value)));
        return new FakeAnswer(
                status, Map.copyOf(lower), new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)), () -> {});
    }

    /** As the server does, refuses a call that is cancelled already. */
    @Override
    public HttpAnswer call(HttpCall call) throws HttpCallException, InterruptedException {
        calls.add(call);
        if (call.cancellation().isCancelled()) {
            throw new HttpCallException(Reason.CANCELLED, "the call was cancelled");
        }
        HttpAnswer answer = script.play(call);
        open.incrementAndGet();
        return new FakeAnswer(answer.status(), answer.headers(), answer.body(), open::decrementAndGet);
    }

    /** What was asked for, in order. */
    public List<HttpCall> calls() {
        return List.copyOf(calls);
    }

    /** The only call. */
    public HttpCall call() {
        if (calls.size() != 1) {
            throw new AssertionError("expected one call, there were " + calls.size());
        }
        return calls.get(0);
    }

    /** Answers that nobody has closed. */
    public int openAnswers() {
        return open.get();
    }

    private static final class FakeAnswer implements HttpAnswer {
        private final int status;
        private final Map<String, List<String>> headers;
        private final InputStream body;
        private final Runnable whenClosed;
        private boolean closed;

        FakeAnswer(int status, Map<String, List<String>> headers, InputStream body, Runnable whenClosed) {
            this.status = status;
            this.headers = headers;
            this.body = body;
            this.whenClosed = whenClosed;
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
        public synchronized void close() {
            if (!closed) {
                closed = true;
                whenClosed.run();
            }
        }
    }
}
