package io.infloop.store.sqlite.internal;

import java.util.Arrays;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes bodies smaller before they are committed, on the thread of whoever submits them. LZ4: with Deflate, compressing took most of the
 * time of a delivery; without, the writer, which is one thread, needs almost twice as long. Thread-safe.
 */
final class ByteCodec {
    private static final Logger LOG = LoggerFactory.getLogger(ByteCodec.class);
    private static final int RAW = 0;
    private static final int LZ4 = 1;
    private static final int NOT_KEPT = -1;
    private static final int HEAD = -2;
    private static final int WORTH_IT = 512;
    /** No encoding makes anything smaller than this. */
    private static final long MAX_RATIO = 260;

    private static final LZ4Factory FACTORY = factory();
    private static final LZ4Compressor COMPRESSOR = FACTORY.fastCompressor();
    private static final LZ4SafeDecompressor DECOMPRESSOR = FACTORY.safeDecompressor();

    /** The library's native code is five times as fast as its plain Java, which is there for every other platform. */
    private static LZ4Factory factory() {
        try {
            return LZ4Factory.nativeInstance();
        } catch (RuntimeException | LinkageError | AssertionError notHere) {
            LOG.info("Bodies are compressed without native code, which costs time: {}", notHere.toString());
            return LZ4Factory.safeInstance();
        }
    }

    /** @param length before encoding */
    record Encoded(int encoding, int length, @SuppressWarnings("ArrayRecordComponent") byte[] bytes) {}

    Encoded encode(byte[] bytes) {
        if (bytes.length >= WORTH_IT) {
            byte[] encoded = new byte[COMPRESSOR.maxCompressedLength(bytes.length)];
            int length = COMPRESSOR.compress(bytes, 0, bytes.length, encoded, 0);
            if (length < bytes.length) {
                return new Encoded(LZ4, bytes.length, Arrays.copyOf(encoded, length));
            }
        }
        return new Encoded(RAW, bytes.length, bytes.clone());
    }

    /** Stands for {@code length} bytes that are not stored. */
    static Encoded notKept(int length) {
        return new Encoded(NOT_KEPT, length, new byte[0]);
    }

    /** The first bytes of {@code bytes}, which is not stored whole. */
    static Encoded head(byte[] bytes, int head) {
        return new Encoded(HEAD, bytes.length, Arrays.copyOf(bytes, Math.min(head, bytes.length)));
    }

    /** Whether all bytes are stored, so that {@link #decode} gives them back. */
    static boolean isWhole(int encoding) {
        return encoding >= RAW;
    }

    static boolean isHead(int encoding) {
        return encoding == HEAD;
    }

    static byte[] decode(int encoding, int length, byte[] bytes) {
        if (length < 0 || length > bytes.length * MAX_RATIO + WORTH_IT) {
            throw damaged(null);
        }
        return switch (encoding) {
            case RAW -> raw(length, bytes);
            case LZ4 -> lz4(length, bytes);
            default -> throw damaged(null);
        };
    }

    private static byte[] raw(int length, byte[] bytes) {
        if (bytes.length != length) {
            throw damaged(null);
        }
        return bytes;
    }

    private static byte[] lz4(int length, byte[] bytes) {
        try {
            byte[] decoded = new byte[length];
            if (DECOMPRESSOR.decompress(bytes, 0, bytes.length, decoded, 0) != length) {
                throw damaged(null);
            }
            return decoded;
        } catch (LZ4Exception unreadable) {
            throw damaged(unreadable);
        }
    }

    private static IllegalStateException damaged(Exception cause) {
        return new IllegalStateException("a stored body is damaged", cause);
    }
}
