package io.infloop.core.internal.process;

import io.infloop.core.internal.sandbox.Launch;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The places of one child in a jail: a HOME, and a directory for the socket of its proxy. They end with the child. */
final class RunPlace implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(RunPlace.class);
    private static final int MOST_FILES = 2000;
    private static final long MOST_BYTES = 32L * 1024 * 1024;

    private final Path home;
    private final Optional<Path> network;

    private RunPlace(Path home, Optional<Path> network) {
        this.home = home;
        this.network = network;
    }

    /**
     * Makes them, with copies of credential files.
     *
     * @param connected whether there is to be a proxy
     * @param userHome where the files are taken from
     * @param files relative to it; missing ones are passed over
     * @param hidden what no child may see, without links: children can write into that home
     */
    static RunPlace create(Path parent, boolean connected, Path userHome, List<String> files, List<Path> hidden)
            throws IOException {
        if (!Files.isDirectory(parent)) {
            Files.createDirectories(parent);
        }
        Path home = Files.createTempDirectory(parent, "home");
        Optional<Path> network = connected ? Optional.of(network(home)) : Optional.empty();
        RunPlace place = new RunPlace(home, network);
        try {
            Copy copy = new Copy(hidden);
            for (String file : files) {
                Path from = userHome.resolve(file).normalize();
                if (!from.startsWith(userHome) || from.equals(userHome)) {
                    throw new IOException("credentialFiles: " + file + " is not below the home directory");
                }
                if (Files.exists(from)) {
                    Path relative = userHome.relativize(from);
                    copy.tree(WorkingDirectories.realOrSame(userHome).resolve(relative), home.resolve(relative));
                }
            }
            return place;
        } catch (IOException incomplete) {
            place.close();
            throw incomplete;
        }
    }

    private static Path network(Path home) throws IOException {
        return SocketDirectories.create(
                home.resolveSibling(home.getFileName().toString().replaceFirst("home", "net")));
    }

    /** For the socket of the proxy; empty if there is to be none. */
    Optional<Path> network() {
        return network;
    }

    Launch.Jail jail() {
        return new Launch.Jail(home, network);
    }

    @Override
    public void close() {
        network.ifPresent(RunPlace::delete);
        delete(home);
    }

    /** Links are removed, not followed; what the child made unreadable is made readable again. */
    static void delete(Path root) {
        // This removes a link or an empty directory; most children leave nothing behind.
        if (root.toFile().delete() || !Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                        throws IOException {
                    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, IOException failed) throws IOException {
                    Files.deleteIfExists(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException notRemoved) {
            LOGGER.warn("{} could not be removed: {}", root, notRemoved.getMessage());
        }
    }

    /** Credentials are few and small; a whole home directory is a mistake in a manifest. */
    private static final class Copy {
        private final List<Path> hidden;
        private int files;
        private long bytes;

        Copy(List<Path> hidden) {
            this.hidden = hidden;
        }

        void tree(Path file, Path to) throws IOException {
            if (!Files.exists(file)) {
                return;
            }
            Path from = file.toRealPath();
            boolean linked = !from.equals(file);
            if (linked && (from.startsWith("/proc") || hidden.stream().anyMatch(from::startsWith))) {
                throw new IOException(
                        "credentialFiles: " + file + " leads to what is hidden from children; remove the link");
            }
            // A directory is not followed through a link: it may lead in circles.
            if (Files.isSymbolicLink(file) && Files.isDirectory(from)) {
                return;
            }
            if (Files.isDirectory(from, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectories(to);
                try (Stream<Path> children = Files.list(from)) {
                    for (Path child : children.toList()) {
                        tree(child, to.resolve(child.getFileName().toString()));
                    }
                }
            } else if (Files.isRegularFile(from)) {
                bytes += Files.size(from);
                if (++files > MOST_FILES || bytes > MOST_BYTES) {
                    throw new IOException("credentialFiles: more than " + MOST_FILES + " files or "
                            + MOST_BYTES / (1024 * 1024) + " MiB; name the few files that the program needs");
                }
                Files.createDirectories(to.getParent());
                Files.copy(from, to, LinkOption.NOFOLLOW_LINKS);
                Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rw-------"));
            }
        }
    }
}
