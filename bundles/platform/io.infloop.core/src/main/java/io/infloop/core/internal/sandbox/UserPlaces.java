package io.infloop.core.internal.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directories of children that run as another user. That user cannot enter the data directory, so they are made elsewhere, belong
 * to him while a child works in them, and to the server before and after. Thread-safe.
 */
final class UserPlaces {
    private static final Logger LOGGER = LoggerFactory.getLogger(UserPlaces.class);
    private static final List<Path> BASES = List.of(Path.of("/tmp"), Path.of("/var/tmp"), Path.of("/run"));

    private final UserAccount user;
    private final long serverUid;
    private final Map<Path, Integer> working = new HashMap<>();
    private Path root;

    UserPlaces(UserAccount user, long serverUid) {
        this.user = user;
        this.serverUid = serverUid;
    }

    /** Where directories for children are made: the server's own, which others can pass through and not look into. */
    synchronized Path root() throws IOException {
        if (root == null || !Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
            root = make();
        }
        return root;
    }

    private static Path make() throws IOException {
        for (Path base : BASES) {
            if (Files.isDirectory(base) && Files.isWritable(base)) {
                Path made = Files.createTempDirectory(base.toRealPath(), "infloop-user-");
                return Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwx--x--x"));
            }
        }
        throw new IOException("there is no place for directories of another user: none of " + BASES + " is writable");
    }

    synchronized void close() {
        try {
            if (root != null) {
                Files.deleteIfExists(root);
            }
        } catch (IOException notEmpty) {
            LOGGER.warn("{} could not be removed: {}", root, notEmpty.toString());
        }
    }

    synchronized boolean hold(Path directory) {
        return root != null && directory.startsWith(root) && !directory.equals(root);
    }

    /** A child begins to work there. */
    synchronized void begin(Path directory) throws IOException {
        if (working.merge(directory, 1, Integer::sum) == 1) {
            give(directory);
        }
    }

    /** A child has ended that worked there; the last one's end gives the directory back to the server. */
    synchronized void end(Path directory) throws IOException {
        if (working.computeIfPresent(directory, (path, count) -> count == 1 ? null : count - 1) == null) {
            takeBack(directory);
        }
    }

    /** @throws IOException if that user could exchange the directory itself under our hands, or it cannot be given away */
    void give(Path directory) throws IOException {
        requireOutOfReach(directory);
        Ownership.give(directory, serverUid, user.uid(), user.gid());
    }

    /** @throws IOException as {@link #give} */
    void takeBack(Path directory) throws IOException {
        requireOutOfReach(directory);
        Ownership.takeBack(directory, serverUid);
    }

    private void requireOutOfReach(Path directory) throws IOException {
        if (!directory.toRealPath().equals(directory)) {
            throw new IOException(directory + " leads elsewhere; it is not handed over");
        }
        for (Path parent = directory.getParent(); parent != null; parent = parent.getParent()) {
            int mode = (Integer) Files.getAttribute(parent, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            int owner = (Integer) Files.getAttribute(parent, "unix:uid", LinkOption.NOFOLLOW_LINKS);
            boolean writable = (mode & 0022) != 0 && (mode & 01000) == 0;
            if (owner == user.uid() || writable) {
                throw new IOException("the user " + user.name() + " can write to " + parent + " and could exchange "
                        + directory + " under the server's hands; let " + parent
                        + " belong to root with nobody else writing to it");
            }
        }
    }
}
