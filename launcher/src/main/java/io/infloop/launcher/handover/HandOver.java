package io.infloop.launcher.handover;

import io.infloop.launcher.exit.CommandFailure;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The environment of the start script, which comes on a pipe so that neither the JVM's environment nor its command line, both of
 * which other processes can read, holds a token or a key.
 *
 * <p>The first line names the encoding: with {@code percent} each further line is a record {@code NAME=value} in printable ASCII, other
 * bytes as {@code %XX}; with {@code base64} the rest is the encoded records, each ended by a NUL. A name given twice takes its last
 * value.
 */
public final class HandOver {
    /** System property set by the start script: the number of the descriptor. */
    public static final String PROPERTY = "infloop.handover";

    private static final int MAX_BYTES = 1 << 20;

    private HandOver() {}

    /**
     * Reads the environment; works once.
     *
     * @throws CommandFailure if this JVM was not started by the start script, or what came is not understood
     */
    public static Map<String, String> receive() {
        String number = System.getProperty(PROPERTY);
        if (number == null || !number.matches("[0-9]{1,3}")) {
            throw CommandFailure.refusal("configuration", "start it with bin/infloop");
        }
        Path descriptor =
                Path.of(Files.isDirectory(Path.of("/proc/self/fd")) ? "/proc/self/fd/" + number : "/dev/fd/" + number);
        try (InputStream in = new FileInputStream(descriptor.toFile())) {
            Map<String, String> variables = parse(in);
            erase(descriptor);
            return variables;
        } catch (IOException | IllegalArgumentException unreadable) {
            throw CommandFailure.refusal(
                    "configuration",
                    "the environment did not arrive from the start script (" + unreadable.getMessage()
                            + "); start it with bin/infloop");
        }
    }

    static Map<String, String> parse(InputStream in) throws IOException {
        String text = new String(readFully(in), StandardCharsets.US_ASCII);
        int end = text.indexOf('\n');
        String encoding = end < 0 ? text : text.substring(0, end);
        String encoded = end < 0 ? "" : text.substring(end + 1);
        byte[] records =
                switch (encoding) {
                    case "percent" -> unescape(encoded);
                    case "base64" -> Base64.getMimeDecoder().decode(encoded);
                    default -> throw new IOException("unknown encoding");
                };
        Map<String, String> variables = new LinkedHashMap<>();
        for (String entry : new String(records, StandardCharsets.UTF_8).split("\0")) {
            int equals = entry.indexOf('=');
            if (equals > 0) {
                variables.put(entry.substring(0, equals), entry.substring(equals + 1));
            }
        }
        return variables;
    }

    private static byte[] unescape(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character == '\n') {
                bytes.write(0);
            } else if (character != '%') {
                bytes.write(character);
            } else if (i + 2 < text.length()) {
                bytes.write(HexFormat.fromHexDigits(text, i + 1, i + 3));
                i += 2;
            } else {
                throw new IOException("it ends in the middle of a byte");
            }
        }
        return bytes.toByteArray();
    }

    /** A plain loop: {@code readAllBytes} of a file stream seeks, which a pipe refuses on Java 17. */
    private static byte[] readFully(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            bytes.write(buffer, 0, count);
            if (bytes.size() > MAX_BYTES) {
                throw new IOException("larger than " + MAX_BYTES + " bytes");
            }
        }
        return bytes.toByteArray();
    }

    /**
     * A pipe is empty once read. Older shells keep here-documents in a deleted file, which anybody of this user could read again
     * through our open descriptor: that file is emptied.
     */
    private static void erase(Path descriptor) throws IOException {
        if (!Files.isRegularFile(descriptor)) {
            return;
        }
        try (FileChannel file =
                FileChannel.open(descriptor, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            if (file.size() != 0) {
                throw new IOException("it came in a file that cannot be emptied");
            }
        }
    }
}
