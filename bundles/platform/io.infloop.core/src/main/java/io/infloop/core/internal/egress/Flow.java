package io.infloop.core.internal.egress;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** One direction of a connection. Reads only when everything read before is written, so a slow reader slows its sender down. */
final class Flow {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel from;
    private final SocketChannel to;
    private final FlowFilter filter;
    private ByteBuffer waiting = NOTHING;
    private boolean ended;
    private boolean finished;
    private boolean moved;

    Flow(SocketChannel from, SocketChannel to, FlowFilter filter) {
        this.from = from;
        this.to = to;
        this.filter = filter;
    }

    /** Before anything is read: written first. */
    void begin(byte[] first) {
        waiting = ByteBuffer.wrap(first);
    }

    boolean wantsRead() {
        return !ended && !waiting.hasRemaining() && filter.wantsMore();
    }

    boolean wantsWrite() {
        return waiting.hasRemaining();
    }

    /** The sender has ended and everything of it is written. */
    boolean isFinished() {
        return finished;
    }

    /** Whether a byte was ever written. */
    boolean hasMoved() {
        return moved;
    }

    /** @param buffer to read into; nothing stays in it */
    void read(ByteBuffer buffer) throws IOException {
        int count = from.read(buffer);
        if (count < 0) {
            ended = true;
            finish();
            return;
        }
        ByteBuffer passing = filter.pass(buffer.flip());
        write(passing);
        if (passing.hasRemaining()) {
            waiting = ByteBuffer.allocate(passing.remaining()).put(passing).flip();
        }
    }

    void write() throws IOException {
        write(waiting);
        if (!waiting.hasRemaining()) {
            waiting = NOTHING;
            if (ended) {
                finish();
            }
        }
    }

    private void write(ByteBuffer bytes) throws IOException {
        if (bytes.hasRemaining() && to.write(bytes) > 0) {
            moved = true;
        }
    }

    private void finish() throws IOException {
        if (!finished && !waiting.hasRemaining()) {
            finished = true;
            if (filter.passesEnd()) {
                to.shutdownOutput();
            }
        }
    }
}
