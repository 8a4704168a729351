package io.infloop.launcher.distribution;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * A member of a tar archive, as far as it may tell about the build.
 *
 * @param owner user and group: both numbers, both names
 * @param seconds of the last change, since 1970
 * @param mode octal
 */
record TarEntry(String name, String owner, long seconds, String mode) {
    private static final int BLOCK = 512;

    /** All members of a compressed archive, in their order. */
    static List<TarEntry> read(Path file) throws IOException {
        List<TarEntry> entries = new ArrayList<>();
        try (InputStream compressed = Files.newInputStream(file);
                DataInputStream in = new DataInputStream(new GZIPInputStream(compressed))) {
            String longName = "";
            byte[] header = new byte[BLOCK];
            for (in.readFully(header); header[0] != 0; in.readFully(header)) {
                int size = (int) number(header, 124, 12);
                byte[] content = new byte[(size + BLOCK - 1) / BLOCK * BLOCK];
                in.readFully(content);
                if (header[156] == 'x') {
                    longName = path(new String(content, 0, size, StandardCharsets.UTF_8));
                    continue;
                }
                String prefix = text(header, 345, 155);
                String shortName = (prefix.isEmpty() ? "" : prefix + "/") + text(header, 0, 100);
                entries.add(new TarEntry(
                        longName.isEmpty() ? shortName : longName,
                        number(header, 108, 8) + ":" + number(header, 116, 8) + ":" + text(header, 265, 32) + ":"
                                + text(header, 297, 32),
                        number(header, 136, 12),
                        String.format("%04o", number(header, 100, 8) & 07777)));
                longName = "";
            }
        }
        return entries;
    }

    /** The name in an extended header; other records would tell about the build as well. */
    private static String path(String records) throws IOException {
        String[] record = records.strip().split("[ =]", 3);
        if (record.length != 3 || !record[1].equals("path") || record[2].contains("\n")) {
            throw new IOException("an unexpected extended header: " + records);
        }
        return record[2];
    }

    private static long number(byte[] header, int offset, int length) {
        return Long.parseLong("0" + text(header, offset, length).strip(), 8);
    }

    private static String text(byte[] header, int offset, int length) {
        int end = offset;
        while (end < offset + length && header[end] != 0) {
            end++;
        }
        return new String(header, offset, end - offset, StandardCharsets.UTF_8);
    }
}
