package io.infloop.store.internal;

import io.infloop.core.file.AtomicFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The files {@code <id><suffix>} of one directory on disk. A symbolic link in a file's place is not followed, neither for reading nor
 * for writing, and nothing is read or written once the directory itself was replaced by a link: a store that may be redirected tells
 * and overwrites what it was not given. Where the directory's name as configured leads is found out once, at the beginning.
 */
final class StoreDirectory {
    private static final String JSON = ".json";
    private static final long ABANDONED_MILLIS = 10 * 60_000;

    private final Path directory;
    private final String suffix;
    private final Optional<String> foreignSuffix;

    private StoreDirectory(Path directory, String suffix, Optional<String> foreignSuffix) {
        this.directory = resolved(directory);
        this.suffix = suffix;
        this.foreignSuffix = foreignSuffix;
    }

    static StoreDirectory of(Path directory) {
        return new StoreDirectory(directory, JSON, Optional.empty());
    }

    /** As {@link #of(Path)}, for the files with this longer suffix. */
    static StoreDirectory withSuffix(Path directory, String suffix) {
        return new StoreDirectory(directory, suffix, Optional.empty());
    }

    /** As {@link #of(Path)}, but files with this longer suffix are somebody else's. */
    static StoreDirectory withoutSuffix(Path directory, String foreignSuffix) {
        return new StoreDirectory(directory, JSON, Optional.of(foreignSuffix));
    }

    private static Path resolved(Path directory) {
        try {
            return directory.toRealPath();
        } catch (IOException missing) {
            return directory.toAbsolutePath().normalize();
        }
    }

    /** The directory's own name. */
    String name() {
        return String.valueOf(directory.getFileName());
    }

    String suffix() {
        return suffix;
    }

    void create() throws IOException {
        AtomicFiles.createOwnerOnlyDirectories(directory);
    }

    /**
     * The files that are there, by id. An id may be no valid one.
     *
     * @throws NotDirectoryException if the directory is something else now
     * @throws NoSuchFileException if there is none
     */
    Map<String, Path> list() throws IOException {
        requireNoLink();
        Map<String, Path> files = new TreeMap<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*" + suffix)) {
            for (Path file : found) {
                String name = file.getFileName().toString();
                if (foreignSuffix.filter(name::endsWith).isEmpty()) {
                    files.put(name.substring(0, name.length() - suffix.length()), file);
                }
            }
        } catch (DirectoryIteratorException unreadable) {
            throw unreadable.getCause();
        }
        return files;
    }

    /** Also for a link that leads nowhere. */
    boolean exists(String id) {
        return Files.exists(file(id), LinkOption.NOFOLLOW_LINKS);
    }

    /** Of the link, if it is one. */
    BasicFileAttributes attributes(String id) throws IOException {
        return Files.readAttributes(file(id), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    byte[] content(String id, BasicFileAttributes attributes, long maxBytes) throws IOException, RefusedFileException {
        if (attributes.isSymbolicLink()) {
            throw new RefusedFileException("is a symbolic link, which is not followed; put the file itself here");
        }
        if (!attributes.isRegularFile()) {
            throw new RefusedFileException("is not a regular file");
        }
        requireNoLink();
        try (InputStream input = Files.newInputStream(file(id), LinkOption.NOFOLLOW_LINKS)) {
            byte[] content = input.readNBytes(Math.toIntExact(maxBytes + 1));
            if (content.length > maxBytes) {
                throw new RefusedFileException("is larger than " + maxBytes + " bytes");
            }
            return content;
        }
    }

    void write(String id, byte[] content) throws IOException {
        requireNoLink();
        create();
        AtomicFiles.write(file(id), content);
    }

    /** @return false if there was no file */
    boolean delete(String id) throws IOException {
        requireNoLink();
        return Files.deleteIfExists(file(id));
    }

    /** Deletes temporary files that a server which died left behind, never one that may still be written. */
    void reapTemporaryFiles(Clock clock) {
        try {
            requireNoLink();
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + suffix + ".*.tmp")) {
                for (Path file : files) {
                    long modified = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS)
                            .toMillis();
                    if (clock.millis() - modified > ABANDONED_MILLIS) {
                        Files.deleteIfExists(file);
                    }
                }
            }
        } catch (IOException | DirectoryIteratorException ignored) {
            // Nothing depends on it; the next start tries again.
        }
    }

    private void requireNoLink() throws NotDirectoryException {
        if (Files.isSymbolicLink(directory)) {
            throw new NotDirectoryException(name());
        }
    }

    private Path file(String id) {
        Path file = directory.resolve(id + suffix).normalize();
        if (!directory.equals(file.getParent())) {
            throw new IllegalArgumentException("not a file name");
        }
        return file;
    }
}
