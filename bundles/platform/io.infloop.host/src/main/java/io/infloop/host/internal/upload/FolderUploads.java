package io.infloop.host.internal.upload;

import io.infloop.core.file.AtomicFiles;
import io.infloop.host.PluginUploads;
import io.infloop.host.internal.folder.JarBounds;
import io.infloop.host.internal.manifest.ManifestReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uploads into one folder, by way of a private file that the folder's watcher passes over: in the folder itself, because that may be a
 * file system of its own, and nothing moves in one step from one to another.
 */
public final class FolderUploads implements PluginUploads {
    private static final Logger LOG = LoggerFactory.getLogger(FolderUploads.class);

    /** No dot at the beginning, so that nothing is hidden, and nothing that leads elsewhere. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,119}\\.(jar|json)");

    /** Files of another program, which the folder passes over. */
    private static final String PASSED_OVER = ".hermes.local.json";

    private static final String STAGED = ".upload-";

    /** No upload takes as long: the door ends those that are slower. */
    private static final Duration ABANDONED = Duration.ofHours(2);

    private static final String NAME_RULE =
            "the name is 1 to 120 letters, digits, '.', '_' and '-', begins with a letter or a"
                    + " digit and ends with .jar or .json; send another";

    private static final String UNWRITABLE =
            "the file could not be stored; make room on the disk and the folder for plugins writable, and send it again";

    private final Path folder;
    private final Clock clock;

    /** @param folder is made when the first upload comes */
    public FolderUploads(Path folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
    }

    @Override
    public Outcome put(String name, InputStream content, boolean replace) throws IOException {
        if (!NAME.matcher(name).matches() || name.endsWith(PASSED_OVER)) {
            return new Outcome.Refused(Why.BAD_NAME, NAME_RULE);
        }
        Path target = folder.resolve(name).normalize();
        if (!folder.normalize().equals(target.getParent())) {
            return new Outcome.Refused(Why.BAD_NAME, NAME_RULE);
        }
        long bound = name.endsWith(".json") ? ManifestReader.MAX_BYTES : JarBounds.MAX_BYTES;
        try {
            return store(target, content, bound, replace);
        } catch (BrokenOffException brokenOff) {
            throw new IOException("the content could not be read to its end", brokenOff.getCause());
        } catch (IOException unwritable) {
            LOG.warn("An upload could not be stored: {}", unwritable.toString());
            return new Outcome.Refused(Why.UNWRITABLE, UNWRITABLE);
        }
    }

    private Outcome store(Path target, InputStream content, long bound, boolean replace) throws IOException {
        AtomicFiles.createOwnerOnlyDirectories(folder);
        Path staged = folder.resolve(STAGED + UUID.randomUUID() + ".tmp");
        try {
            AtomicFiles.createOwnerOnly(staged);
            Received received = receive(content, staged, bound);
            if (received.bytes == 0) {
                return new Outcome.Refused(Why.EMPTY, "the body is empty; send the file itself");
            }
            if (received.bytes > bound) {
                return new Outcome.Refused(
                        Why.TOO_LARGE,
                        String.format(
                                Locale.ROOT,
                                "the file is larger than %d MiB; leave out what the plugin does not need",
                                bound >> 20));
            }
            return publish(staged, target, received, replace);
        } finally {
            Files.deleteIfExists(staged);
        }
    }

    /** Removes what uploads of servers that were killed have left. */
    public void removeLitter() {
        if (!Files.isDirectory(folder)) {
            return;
        }
        Instant before = clock.instant().minus(ABANDONED);
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, STAGED + "*.tmp")) {
            for (Path file : found) {
                if (Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS)
                        .toInstant()
                        .isBefore(before)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException | DirectoryIteratorException left) {
            LOG.debug("Parts of uploads are left in {}", folder, left);
        }
    }

    private record Received(long bytes, String sha256) {}

    /** One byte more than the bound is enough to know. */
    private static Received receive(InputStream content, Path staged, long bound) throws IOException {
        DigestInputStream digested = new DigestInputStream(content, sha256());
        byte[] buffer = new byte[1 << 16];
        long count = 0;
        try (FileChannel file = FileChannel.open(staged, StandardOpenOption.WRITE)) {
            for (int read = read(digested, buffer); read >= 0; read = read(digested, buffer)) {
                count += read;
                if (count > bound) {
                    return new Received(count, "");
                }
                ByteBuffer chunk = ByteBuffer.wrap(buffer, 0, read);
                while (chunk.hasRemaining()) {
                    file.write(chunk);
                }
            }
            // What the folder shows after a loss of power is whole.
            file.force(true);
        }
        return new Received(
                count, HexFormat.of().formatHex(digested.getMessageDigest().digest()));
    }

    private static int read(InputStream content, byte[] buffer) throws BrokenOffException {
        try {
            return content.read(buffer);
        } catch (IOException brokenOff) {
            throw new BrokenOffException(brokenOff);
        }
    }

    /** It was the sender, not the disk. */
    private static final class BrokenOffException extends IOException {
        private static final long serialVersionUID = 1L;

        BrokenOffException(IOException cause) {
            super(cause);
        }
    }

    /** Two uploads of one name are decided here, one after the other; a file that an operator puts there meanwhile is not replaced. */
    private synchronized Outcome publish(Path staged, Path target, Received received, boolean replace)
            throws IOException {
        String name = target.getFileName().toString();
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            try {
                // Unlike a move, a link never replaces.
                Files.createLink(target, staged);
                return new Outcome.Stored(name, received.sha256, received.bytes, Change.ADDED);
            } catch (FileAlreadyExistsException meanwhile) {
                return occupied(name);
            } catch (UnsupportedOperationException noLinks) {
                Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
                return new Outcome.Stored(name, received.sha256, received.bytes, Change.ADDED);
            }
        }
        if (Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)
                && digestOf(target, received.bytes).equals(Optional.of(received.sha256))) {
            return new Outcome.Stored(name, received.sha256, received.bytes, Change.UNCHANGED);
        }
        if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            return new Outcome.Refused(
                    Why.OCCUPIED, "a folder has the name " + name + "; send the plugin under another name");
        }
        if (!replace) {
            return occupied(name);
        }
        // A link that has the name is replaced itself, not what it leads to.
        Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
        return new Outcome.Stored(name, received.sha256, received.bytes, Change.REPLACED);
    }

    private static Outcome occupied(String name) {
        return new Outcome.Refused(
                Why.OCCUPIED,
                "there is another " + name
                        + " in the folder for plugins; send it under another name, or with ?replace=1 to replace that one");
    }

    /** Empty for a file of another size, which need not be read. */
    private static Optional<String> digestOf(Path file, long bytes) throws IOException {
        if (Files.size(file) != bytes) {
            return Optional.empty();
        }
        MessageDigest digest = sha256();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return Optional.of(HexFormat.of().formatHex(digest.digest()));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
