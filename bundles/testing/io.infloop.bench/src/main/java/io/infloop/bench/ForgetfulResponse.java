package io.infloop.bench;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.lang.reflect.Proxy;

/** A response that keeps its status and loses the rest. */
final class ForgetfulResponse extends HttpServletResponseWrapper {
    private static final HttpServletResponse NOTHING = (HttpServletResponse) Proxy.newProxyInstance(
            ForgetfulResponse.class.getClassLoader(),
            new Class<?>[] {HttpServletResponse.class},
            (self, called, arguments) -> {
                throw new UnsupportedOperationException(called.getName());
            });

    private final ServletOutputStream output = new Nowhere();
    private int status = SC_OK;
    private int headers;

    ForgetfulResponse() {
        super(NOTHING);
    }

    @Override
    public int getStatus() {
        return status;
    }

    /** How many headers were set, so that setting them is not optimised away. */
    int headers() {
        return headers;
    }

    @Override
    public void setStatus(int value) {
        status = value;
    }

    @Override
    public void setHeader(String name, String value) {
        headers += name.length() + value.length();
    }

    @Override
    public void setContentType(String type) {
        setHeader("Content-Type", type);
    }

    @Override
    public void setContentLength(int length) {
        headers += length;
    }

    @Override
    public ServletOutputStream getOutputStream() {
        return output;
    }

    private static final class Nowhere extends ServletOutputStream {
        @Override
        public void write(int value) {
            // forgotten
        }

        @Override
        public void write(byte[] bytes, int offset, int count) {
            // forgotten
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new UnsupportedOperationException("setWriteListener");
        }
    }
}
