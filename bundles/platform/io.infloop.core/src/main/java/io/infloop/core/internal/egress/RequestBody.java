package io.infloop.core.internal.egress;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Lets the body of one request pass and nothing after it: a second request on the connection could be for another host, which nobody
 * has checked.
 */
final class RequestBody implements FlowFilter {
    private static final int MAX_SIZE_DIGITS = 15;
    private static final int MAX_LINE_BYTES = 8 * 1024;
    private static final int MAX_SURPLUS_BYTES = 8 * 1024;

    private enum State {
        LENGTH,
        SIZE,
        EXTENSION,
        SIZE_END,
        CHUNK,
        CHUNK_CR,
        CHUNK_LF,
        TRAILER_START,
        TRAILER,
        TRAILER_LF,
        LAST_LF,
        DONE
    }

    private State state;
    /** Of the body, or of the chunk. */
    private long left;
    /** Characters of the present line. */
    private int line;

    private int surplus;

    private RequestBody(State state, long left) {
        this.state = state;
        this.left = left;
    }

    static RequestBody ofLength(long length) {
        return new RequestBody(length == 0 ? State.DONE : State.LENGTH, length);
    }

    static RequestBody chunked() {
        return new RequestBody(State.SIZE, 0);
    }

    @Override
    public ByteBuffer pass(ByteBuffer arrived) throws IOException {
        int start = arrived.position();
        while (arrived.hasRemaining() && state != State.DONE) {
            if (state == State.LENGTH || state == State.CHUNK) {
                skip(arrived);
            } else {
                step(arrived.get());
            }
        }
        surplus += arrived.remaining();
        return arrived.limit(arrived.position()).position(start);
    }

    @Override
    public boolean passesEnd() {
        // A client that ends here has mostly lost interest; the server learns it as it would without a proxy.
        return true;
    }

    @Override
    public boolean wantsMore() {
        return surplus < MAX_SURPLUS_BYTES;
    }

    private void skip(ByteBuffer arrived) {
        int taken = (int) Math.min(left, arrived.remaining());
        arrived.position(arrived.position() + taken);
        left -= taken;
        if (left == 0) {
            state = state == State.LENGTH ? State.DONE : State.CHUNK_CR;
        }
    }

    private void step(byte next) throws IOException {
        switch (state) {
            case SIZE -> size(next);
            case EXTENSION -> {
                limitLine();
                state = next == '\r' ? State.SIZE_END : State.EXTENSION;
            }
            case SIZE_END -> {
                expect(next, '\n');
                line = 0;
                state = left == 0 ? State.TRAILER_START : State.CHUNK;
            }
            case CHUNK_CR -> {
                expect(next, '\r');
                state = State.CHUNK_LF;
            }
            case CHUNK_LF -> {
                expect(next, '\n');
                state = State.SIZE;
            }
            case TRAILER_START -> state = next == '\r' ? State.LAST_LF : State.TRAILER;
            case TRAILER -> {
                limitLine();
                state = next == '\r' ? State.TRAILER_LF : State.TRAILER;
            }
            case TRAILER_LF -> {
                expect(next, '\n');
                state = State.TRAILER_START;
            }
            case LAST_LF -> {
                expect(next, '\n');
                state = State.DONE;
            }
            case LENGTH, CHUNK, DONE -> throw new IllegalStateException("no step in " + state);
        }
    }

    private void size(byte next) throws IOException {
        int digit = Character.digit(next, 16);
        if (digit >= 0 && line < MAX_SIZE_DIGITS) {
            left = left * 16 + digit;
            line++;
        } else if (line > 0 && next == '\r') {
            state = State.SIZE_END;
        } else if (line > 0 && (next == ';' || next == ' ' || next == '\t')) {
            state = State.EXTENSION;
        } else {
            throw new IOException("the client's chunks are malformed");
        }
    }

    private void limitLine() throws IOException {
        line++;
        if (line > MAX_LINE_BYTES) {
            throw new IOException("a line between the client's chunks is too long");
        }
    }

    private static void expect(byte next, char expected) throws IOException {
        if (next != expected) {
            throw new IOException("the client's chunks are malformed");
        }
    }
}
