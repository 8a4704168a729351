package io.infloop.core.internal.egress;

import io.infloop.core.internal.egress.Heads.Field;
import io.infloop.core.internal.egress.Heads.Head;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** Tells the client that its connection ends with this answer, so that it sends no second request on it; lets the rest pass. */
final class ResponseHead implements FlowFilter {
    private static final Pattern START = Pattern.compile("HTTP/1\\.[01] [1-5][0-9]{2}(?: .*)?");

    private final int maxBytes;
    private byte[] collected = new byte[2_048];
    private int length;
    private boolean passed;

    ResponseHead(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Override
    public ByteBuffer pass(ByteBuffer arrived) throws IOException {
        if (passed) {
            return arrived;
        }
        int before = length;
        collect(arrived);
        ByteArrayOutputStream passing = new ByteArrayOutputStream(length + 64);
        int from = before;
        for (int end = Heads.end(collected, from, length); end >= 0; end = Heads.end(collected, 0, length)) {
            passing.write(rewritten(end));
            collected = Arrays.copyOfRange(collected, end, Math.max(end + 1, length));
            length -= end;
            if (passed) {
                passing.write(collected, 0, length);
                collected = null;
                return ByteBuffer.wrap(passing.toByteArray());
            }
        }
        if (length > maxBytes) {
            throw new IOException("the head of the server's answer is longer than " + maxBytes + " bytes");
        }
        return ByteBuffer.wrap(passing.toByteArray());
    }

    @Override
    public boolean passesEnd() throws IOException {
        if (!passed) {
            throw new IOException("the server ended the connection without an answer");
        }
        return true;
    }

    private void collect(ByteBuffer arrived) {
        int count = arrived.remaining();
        if (length + count > collected.length) {
            collected = Arrays.copyOf(collected, Math.max(2 * collected.length, length + count));
        }
        arrived.get(collected, length, count);
        length += count;
    }

    private byte[] rewritten(int end) throws IOException {
        Head head;
        try {
            head = Heads.parse(collected, end);
        } catch (MalformedRequestException malformed) {
            throw new IOException("the server's answer is malformed", malformed);
        }
        if (!START.matcher(head.start()).matches()) {
            throw new IOException("the server's answer is not HTTP/1");
        }
        List<Field> fields = new ArrayList<>(head.endToEnd());
        fields.removeIf(field -> field.is(EgressSession.OWN_ANSWER_HEADER));
        boolean interim = head.start().charAt(9) == '1';
        if (interim && head.start().startsWith("101", 9)) {
            throw new IOException("the server switched protocols, which it was not asked for");
        }
        if (!interim) {
            fields.add(new Field("Connection", "close"));
            passed = true;
        }
        return Heads.bytes(head.start(), fields);
    }
}
