package io.infloop.core.internal.http;

import io.infloop.core.error.InfloopException;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A request whose body is read through the {@link BodyGate}; what the gate refuses is an {@link InfloopException} while reading. */
final class GatedRequest extends HttpServletRequestWrapper {
    /** A sender that writes its whole body before it reads the answer gets a chance to come to its end. */
    private static final long MAX_DRAINED = 8L * 1024 * 1024;

    private static final long MAX_DRAIN_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final BodyGate gate;
    private final AtomicBoolean inside = new AtomicBoolean();
    private ServletInputStream stream;
    private BufferedReader reader;
    private volatile InfloopException refused;

    GatedRequest(HttpServletRequest request, BodyGate gate) {
        super(request);
        this.gate = gate;
    }

    /** Why the body was refused while somebody read it. */
    Optional<DoorRefusal> refusal() {
        return Optional.ofNullable(refused).map(DoorRefusal::of);
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
        if (stream == null) {
            stream = new Gated(super.getInputStream());
        }
        return stream;
    }

    /** The management API reads JSON, which is UTF-8. */
    @Override
    public BufferedReader getReader() throws IOException {
        if (reader == null) {
            reader = new BufferedReader(new InputStreamReader(getInputStream(), StandardCharsets.UTF_8));
        }
        return reader;
    }

    /** Makes room for the next one. */
    void close() {
        if (inside.compareAndSet(true, false)) {
            gate.leave();
        }
    }

    private final class Gated extends ServletInputStream {
        private final ServletInputStream source;
        private long start;
        private long count;
        private boolean entered;

        Gated(ServletInputStream source) {
            this.source = source;
        }

        @Override
        public int read() throws IOException {
            enter();
            return counted(source.read(), 1);
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            enter();
            int read = source.read(target, offset, length);
            return counted(read, read);
        }

        private void enter() {
            if (refused != null) {
                throw refused;
            }
            if (entered) {
                return;
            }
            try {
                gate.enter();
            } catch (InfloopException busy) {
                refused = busy;
                throw busy;
            }
            entered = true;
            inside.set(true);
            start = System.nanoTime();
        }

        private int counted(int result, int bytes) throws IOException {
            if (result < 0) {
                GatedRequest.this.close();
                return result;
            }
            count += bytes;
            try {
                if (count > gate.cap()) {
                    drain();
                    throw gate.tooLarge();
                }
                gate.requirePace(start, count);
            } catch (InfloopException failure) {
                refused = failure;
                GatedRequest.this.close();
                throw failure;
            }
            return result;
        }

        private void drain() throws IOException {
            byte[] buffer = new byte[16 * 1024];
            long until = System.nanoTime() + MAX_DRAIN_NANOS;
            long drained = 0;
            int read = 0;
            while (read >= 0 && drained < MAX_DRAINED && System.nanoTime() - until < 0) {
                read = source.read(buffer);
                drained += Math.max(0, read);
            }
        }

        @Override
        public boolean isFinished() {
            return source.isFinished();
        }

        @Override
        public boolean isReady() {
            return source.isReady();
        }

        @Override
        public void setReadListener(ReadListener listener) {
            source.setReadListener(listener);
        }
    }
}
