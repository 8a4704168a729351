package io.infloop.core.internal.http;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** A request whose length is not announced: reading beyond the cap fails with {@link ErrorCode#PAYLOAD_TOO_LARGE}. */
final class CappedRequest extends HttpServletRequestWrapper {
    private final long cap;
    private ServletInputStream stream;
    private BufferedReader reader;
    private volatile boolean exceeded;

    CappedRequest(HttpServletRequest request, long cap) {
        super(request);
        this.cap = cap;
    }

    /** Whether somebody read beyond the cap. */
    boolean isExceeded() {
        return exceeded;
    }

    static InfloopException tooLarge(long cap) {
        return new InfloopException(
                ErrorCode.PAYLOAD_TOO_LARGE, "the body is larger than " + cap + " bytes; send a smaller one");
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
        if (stream == null) {
            stream = new Capped(super.getInputStream());
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

    private final class Capped extends ServletInputStream {
        private final ServletInputStream source;
        private long count;

        Capped(ServletInputStream source) {
            this.source = source;
        }

        @Override
        public int read() throws IOException {
            int read = source.read();
            if (read >= 0) {
                counted(1);
            }
            return read;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = source.read(target, offset, length);
            if (read > 0) {
                counted(read);
            }
            return read;
        }

        private void counted(int read) {
            count += read;
            if (count > cap) {
                exceeded = true;
                throw tooLarge(cap);
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
