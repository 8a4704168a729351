package io.infloop.core.internal.egress;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening UNIX socket that nobody else could open at any moment.
 *
 * @param server bound
 * @param path where clients find it
 */
record UnixSocketFile(ServerSocketChannel server, Path path) {
    private static final Logger LOGGER = LoggerFactory.getLogger(UnixSocketFile.class);
    private static final String NAME = "e.sock";
    /** The kernel keeps the path in 108 bytes, with a NUL at the end. */
    private static final int MAX_PATH_BYTES = 107;

    /** Binding creates the file with the rights that the umask leaves, so it happens in a closed directory. */
    static UnixSocketFile bind(Path directory, int backlog) throws IOException {
        Path path = directory.toAbsolutePath().normalize().resolve(NAME);
        int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > MAX_PATH_BYTES) {
            throw new IOException("its path would have " + length + " bytes, and " + MAX_PATH_BYTES
                    + " is the most; use a shorter directory");
        }
        Path closed = path.resolveSibling(".e");
        Files.createDirectory(
                closed, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path hidden = closed.resolve("s");
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(hidden), backlog);
            Files.setPosixFilePermissions(hidden, PosixFilePermissions.fromString("rw-------"));
            Files.move(hidden, path);
            return new UnixSocketFile(server, path);
        } catch (IOException failed) {
            server.close();
            throw failed;
        } finally {
            Files.deleteIfExists(hidden);
            Files.deleteIfExists(closed);
        }
    }

    static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException left) {
            LOGGER.debug("socket {} not deleted", path, left);
        }
    }
}
