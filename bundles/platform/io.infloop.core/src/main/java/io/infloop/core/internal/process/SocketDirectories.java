package io.infloop.core.internal.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/** Makes the directories for the sockets of egress proxies: nobody else's from their first instant, with a path short enough for a socket. */
final class SocketDirectories {
    /** The path of a socket has 107 bytes at most, its own name among them. */
    private static final int MAX_BYTES = 95;

    private static final FileAttribute<Set<PosixFilePermission>> OURS =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private SocketDirectories() {}

    /** The wanted directory, or where its path is too long one with a name that nobody can guess elsewhere. */
    static Path create(Path wanted) throws IOException {
        return create(wanted, List.of(Path.of("/run"), Path.of("/tmp"), Path.of("/var/tmp")));
    }

    /** @param elsewhere where it may be instead, best first */
    static Path create(Path wanted, List<Path> elsewhere) throws IOException {
        if (isShort(wanted)) {
            return Files.createDirectory(wanted, OURS);
        }
        for (Path place : elsewhere) {
            if (isSafe(place)) {
                // Its random name is made by this call, exclusively; who was first with a link or a directory is passed
                // over.
                Path made = Files.createTempDirectory(place.toRealPath(), "infloop-", OURS);
                if (isShort(made)) {
                    return made;
                }
                Files.delete(made);
            }
        }
        throw new IOException("there is no place for the socket of the egress proxy: the path of the data directory is"
                + " too long, and nowhere in " + elsewhere + " can a private directory be made");
    }

    /** In a directory that others can write to, names are safe only if others cannot rename what is not theirs. */
    private static boolean isSafe(Path place) {
        try {
            int mode = (Integer) Files.getAttribute(place, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            boolean open = (mode & 0022) != 0;
            boolean sticky = (mode & 01000) != 0;
            return Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS) && Files.isWritable(place) && (sticky || !open);
        } catch (IOException missing) {
            return false;
        }
    }

    private static boolean isShort(Path directory) {
        return directory.toString().getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES;
    }
}
