package io.infloop.host.internal.folder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What a jar may hold, and what a file says of itself, read before anything opens it: whoever opens a zip file believes it. */
public final class JarBounds {
    /** Largest jar. */
    public static final long MAX_BYTES = 64L << 20;

    /** Most entries. */
    public static final int MAX_ENTRIES = 20_000;

    private static final long MAX_DIRECTORY_BYTES = 8L << 20;

    private static final int END_SIGNATURE = 0x06054b50;
    private static final int END_BYTES = 22;
    private static final int ENTRIES_AT = 10;
    private static final int DIRECTORY_BYTES_AT = 12;
    private static final int DIRECTORY_PLACE_AT = 16;
    private static final long ELSEWHERE = 0xFFFF_FFFFL;

    /** A record at the end has a comment of 64 KiB at most; those who look for it do so in blocks. */
    private static final int TAIL_BYTES = 0xFFFF + END_BYTES + 1024;

    private JarBounds() {}

    /** Why a jar is out of bounds, as one sentence; empty also for a file that is not complete. */
    public static Optional<String> excess(Path jar) throws IOException {
        if (Files.size(jar) > MAX_BYTES) {
            return Optional.of("larger than 64 MiB; leave out what the plugin does not need");
        }
        Claims claims = Claims.read(jar);
        if (claims.entries > MAX_ENTRIES) {
            return Optional.of("has more than " + MAX_ENTRIES + " entries; leave out what the plugin does not need");
        }
        if (claims.directoryBytes > MAX_DIRECTORY_BYTES) {
            return Optional.of("has a table of contents above 8 MiB; build the jar again");
        }
        return Optional.empty();
    }

    /**
     * The largest numbers in anything at the end of a file that looks like the record zip files end with, since readers differ in
     * which one they take. Numbers that are kept elsewhere (zip64) are beyond the bounds.
     */
    private record Claims(long entries, long directoryBytes) {
        static Claims read(Path jar) throws IOException {
            ByteBuffer tail = tail(jar);
            long entries = 0;
            long directoryBytes = 0;
            for (int at = tail.limit() - END_BYTES; at >= 0; at--) {
                if (tail.getInt(at) == END_SIGNATURE) {
                    entries = Math.max(entries, Short.toUnsignedInt(tail.getShort(at + ENTRIES_AT)));
                    directoryBytes =
                            Math.max(directoryBytes, Integer.toUnsignedLong(tail.getInt(at + DIRECTORY_BYTES_AT)));
                    if (Integer.toUnsignedLong(tail.getInt(at + DIRECTORY_PLACE_AT)) == ELSEWHERE) {
                        directoryBytes = ELSEWHERE;
                    }
                }
            }
            return new Claims(entries, directoryBytes);
        }

        private static ByteBuffer tail(Path jar) throws IOException {
            try (SeekableByteChannel channel = Files.newByteChannel(jar)) {
                long size = channel.size();
                ByteBuffer tail =
                        ByteBuffer.allocate((int) Math.min(size, TAIL_BYTES)).order(ByteOrder.LITTLE_ENDIAN);
                channel.position(size - tail.capacity());
                while (tail.hasRemaining() && channel.read(tail) >= 0) {
                    // Until the end of the file, or of what was there when its size was asked.
                }
                return tail.flip();
            }
        }
    }
}
