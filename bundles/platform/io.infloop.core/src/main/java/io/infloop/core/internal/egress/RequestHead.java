package io.infloop.core.internal.egress;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** Collects the head of a request as it arrives. */
final class RequestHead {
    private final int maxBytes;
    private byte[] bytes = new byte[2_048];
    private int length;
    private int end = -1;

    RequestHead(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    boolean isEmpty() {
        return length == 0;
    }

    /** @return the head once it is complete */
    Optional<Heads.Head> add(ByteBuffer arrived) throws MalformedRequestException, TooLongException {
        int before = length;
        int count = arrived.remaining();
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + count));
        }
        arrived.get(bytes, length, count);
        length += count;
        end = Heads.end(bytes, before, length);
        checkLines(before, end < 0 ? length : end);
        if ((end < 0 ? length : end) > maxBytes) {
            throw new TooLongException();
        }
        return end < 0 ? Optional.empty() : Optional.of(Heads.parse(bytes, end));
    }

    /** What was sent after the head. */
    byte[] rest() {
        return Arrays.copyOfRange(bytes, end, length);
    }

    /** Finds out at once about what would never become a head, such as the beginning of TLS. */
    private void checkLines(int from, int to) throws MalformedRequestException {
        if (length > 0 && (bytes[0] < 'A' || bytes[0] > 'z')) {
            throw new MalformedRequestException("what a client sent to the proxy is not HTTP");
        }
        for (int index = Math.max(1, from); index < to; index++) {
            if (bytes[index] == '\n' && bytes[index - 1] != '\r') {
                throw new MalformedRequestException("the head of the request has a line that does not end in CR LF");
            }
        }
    }

    /** The head is longer than allowed. */
    static final class TooLongException extends Exception {
        private static final long serialVersionUID = 1L;
    }
}
