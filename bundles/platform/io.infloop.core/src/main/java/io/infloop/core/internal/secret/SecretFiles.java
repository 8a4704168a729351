package io.infloop.core.internal.secret;

import io.infloop.spi.secret.Secret;
import io.infloop.spi.secret.SecretException;
import io.infloop.spi.secret.Secrets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads {@code secrets/plugins/<plugin id>/<name>} below the data directory, and nothing that only looks as if it were there. */
final class SecretFiles {
    private static final Pattern NAME = Pattern.compile(Secrets.NAME);
    private static final Pattern PLUGIN_ID = Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*");
    private static final int MAX_PLUGIN_ID = 200;
    private static final Set<PosixFilePermission> OWNER_ONLY =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private final Path data;

    SecretFiles(Path data) {
        this.data = data;
    }

    /** @throws IllegalArgumentException if the name is none */
    Optional<Secret> read(String pluginId, String name) throws SecretException {
        requireName(name);
        if (pluginId.length() > MAX_PLUGIN_ID || !PLUGIN_ID.matcher(pluginId).matches()) {
            throw new SecretException("a plugin with this symbolic name cannot have secrets: it is no file name");
        }
        Path folder = data;
        for (String part : new String[] {"secrets", "plugins", pluginId}) {
            folder = folder.resolve(part);
            Optional<PosixFileAttributes> found = attributes(folder);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            if (!found.get().isDirectory()) {
                throw unusable(data.relativize(folder), "is no directory, or a link; make it a directory");
            }
        }
        Path file = folder.resolve(name).normalize();
        if (!folder.equals(file.getParent())) {
            throw new SecretException("this name leaves the folder of the plugin's secrets");
        }
        Path shown = data.relativize(file);
        Optional<PosixFileAttributes> found = attributes(file);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        if (!found.get().isRegularFile()) {
            throw unusable(shown, "is no regular file, or a link; put the secret itself there");
        }
        if (!OWNER_ONLY.containsAll(found.get().permissions())) {
            throw unusable(shown, "is open to other users; give it mode 0600, and replace the secret if it was seen");
        }
        return Optional.of(new Secret(name, text(shown, bytes(file, shown))));
    }

    static String place(String pluginId, String name) {
        return "secrets/plugins/" + pluginId + "/" + name;
    }

    static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("the name of a secret matches " + Secrets.NAME);
        }
    }

    /** Of the file itself, also where it is a link; empty if there is none. */
    private Optional<PosixFileAttributes> attributes(Path path) throws SecretException {
        try {
            return Optional.of(Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException unreadable) {
            throw unusable(data.relativize(path), "cannot be read; make it readable for the user of the server");
        }
    }

    private static byte[] bytes(Path file, Path shown) throws SecretException {
        try (SeekableByteChannel channel =
                Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            ByteBuffer buffer = ByteBuffer.allocate(Secrets.MAX_BYTES + 1);
            while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                continue;
            }
            if (!buffer.hasRemaining()) {
                throw unusable(shown, "is larger than " + Secrets.MAX_BYTES + " bytes; a secret is smaller");
            }
            byte[] bytes = new byte[buffer.position()];
            buffer.flip().get(bytes);
            return bytes;
        } catch (IOException unreadable) {
            throw unusable(shown, "cannot be read; make it readable for the user of the server");
        }
    }

    /** Without one line break at the end, which editors and {@code echo} add. */
    private static String text(Path shown, byte[] bytes) throws SecretException {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException binary) {
            throw unusable(shown, "is not UTF-8 text; store binary secrets as base64");
        }
        if (text.endsWith("\n")) {
            text = text.substring(0, text.length() - (text.endsWith("\r\n") ? 2 : 1));
        }
        if (text.isEmpty()) {
            throw unusable(shown, "is empty; put the secret there");
        }
        return text;
    }

    private static SecretException unusable(Path shown, String why) {
        return new SecretException(shown + " in the data directory " + why);
    }
}
