package io.infloop.store.sqlite.internal;

import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** Makes bodies smaller before they are committed, on the thread of whoever submits them. Thread-safe. */
final class ByteCodec implements AutoCloseable {
    private static final int RAW = 0;
    private static final int DEFLATE = 1;
    private static final int WORTH_IT = 512;
    private static final int POOLED = 16;

    /** @param length before encoding */
    record Encoded(int encoding, int length, @SuppressWarnings("ArrayRecordComponent") byte[] bytes) {}

    private final BlockingQueue<Deflater> deflaters = new ArrayBlockingQueue<>(POOLED);

    Encoded encode(byte[] bytes) {
        if (bytes.length < WORTH_IT) {
            return new Encoded(RAW, bytes.length, bytes.clone());
        }
        Deflater deflater = deflaters.poll();
        if (deflater == null) {
            deflater = new Deflater(Deflater.BEST_SPEED, true);
        }
        byte[] target = new byte[bytes.length];
        deflater.setInput(bytes);
        deflater.finish();
        int length = deflater.deflate(target);
        boolean smaller = deflater.finished();
        deflater.reset();
        if (!deflaters.offer(deflater)) {
            deflater.end();
        }
        return smaller
                ? new Encoded(DEFLATE, bytes.length, Arrays.copyOf(target, length))
                : new Encoded(RAW, bytes.length, bytes.clone());
    }

    static byte[] decode(int encoding, int length, byte[] bytes) {
        if (encoding == RAW) {
            return bytes;
        }
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(bytes);
            byte[] decoded = new byte[length];
            if (encoding != DEFLATE || inflater.inflate(decoded) != length) {
                throw new IllegalStateException("a stored body is damaged");
            }
            return decoded;
        } catch (DataFormatException damaged) {
            throw new IllegalStateException("a stored body is damaged", damaged);
        } finally {
            inflater.end();
        }
    }

    @Override
    public void close() {
        for (Deflater deflater = deflaters.poll(); deflater != null; deflater = deflaters.poll()) {
            deflater.end();
        }
    }
}
