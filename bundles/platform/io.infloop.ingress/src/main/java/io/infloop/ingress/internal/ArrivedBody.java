package io.infloop.ingress.internal;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * The part of a body that came along with its headers. Most deliveries are complete by then: they need no timer, no listener and no
 * second turn of the container.
 */
final class ArrivedBody {
    private final byte[] buffer;
    private final boolean complete;
    private final int count;

    private ArrivedBody(byte[] buffer, int count, boolean complete) {
        this.buffer = buffer;
        this.count = count;
        this.complete = complete;
    }

    /**
     * Reads what is there; never waits for more.
     *
     * @param declaredLength from the header; negative when there is none
     */
    static ArrivedBody read(InputStream input, long declaredLength) throws IOException {
        int first = BodyReader.firstBuffer(declaredLength);
        if (declaredLength < 0 || declaredLength >= first) {
            return new ArrivedBody(new byte[first], 0, false);
        }
        byte[] buffer = new byte[(int) declaredLength];
        int count = 0;
        while (count < buffer.length && input.available() > 0) {
            int read = input.read(buffer, count, buffer.length - count);
            if (read < 0) {
                throw new IOException("the body is shorter than declared");
            }
            count += read;
        }
        boolean complete = count == buffer.length;
        return new ArrivedBody(complete ? buffer : Arrays.copyOf(buffer, first), count, complete);
    }

    boolean isComplete() {
        return complete;
    }

    /** Of what arrived. */
    int count() {
        return count;
    }

    /** What arrived: exactly the body if it is complete, else with room for more. */
    byte[] buffer() {
        return buffer;
    }
}
