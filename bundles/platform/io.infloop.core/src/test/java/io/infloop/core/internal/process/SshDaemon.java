package io.infloop.core.internal.process;

import static org.awaitility.Awaitility.await;

import io.infloop.core.internal.testing.Prerequisites;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** OpenSSH's server on the loopback device, with a key and a configuration of its own, for the user that runs the test. */
final class SshDaemon implements AutoCloseable {
    private final Process process;
    private final int port;
    private final Path hostKey;

    private SshDaemon(Process process, int port, Path hostKey) {
        this.process = process;
        this.port = port;
        this.hostKey = hostKey;
    }

    /**
     * Starts it.
     *
     * @param directory for its files; children cannot read them
     * @param clientKey made here, with its {@code .pub} beside it
     */
    static SshDaemon start(Path directory, Path clientKey) throws IOException, InterruptedException {
        Path sshd = Prerequisites.program("sshd", "openssh-server");
        Path keygen = Prerequisites.program("ssh-keygen", "openssh-client");
        Prerequisites.program("ssh", "openssh-client");
        Path hostKey = directory.resolve("host_key");
        for (Path key : List.of(hostKey, clientKey)) {
            int code = new ProcessBuilder(keygen.toString(), "-q", "-t", "ed25519", "-N", "", "-f", key.toString())
                    .inheritIO()
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IOException("ssh-keygen ended with " + code);
            }
        }
        Files.copy(publicPart(clientKey), directory.resolve("authorized_keys"));
        int port = freePort();
        Path configuration = Files.writeString(
                directory.resolve("sshd_config"),
                """
                ListenAddress 127.0.0.1
                Port %d
                HostKey %s
                AuthorizedKeysFile %s
                PidFile none
                PasswordAuthentication no
                PermitRootLogin prohibit-password
                StrictModes no
                UsePAM no
                """
                        .formatted(port, hostKey, directory.resolve("authorized_keys")));
        Path separation = Path.of("/run/sshd");
        if (System.getProperty("user.name").equals("root") && !Files.exists(separation)) {
            Files.createDirectory(
                    separation, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        }
        Path log = directory.resolve("log");
        Process process = new ProcessBuilder(sshd.toString(), "-D", "-e", "-f", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                if (!process.isAlive()) {
                    throw new AssertionError(Files.readString(log));
                }
                return accepts(port);
            });
        } catch (RuntimeException | Error failed) {
            process.destroyForcibly();
            throw failed;
        }
        return new SshDaemon(process, port, hostKey);
    }

    private static Path publicPart(Path key) {
        return key.resolveSibling(key.getFileName() + ".pub");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** The line for a client's file of known hosts. */
    String knownHost() throws IOException {
        return "[127.0.0.1]:" + port + " " + Files.readString(publicPart(hostKey));
    }

    /** What git takes for an absolute path on this server. */
    String url(Path path) {
        return "ssh://" + System.getProperty("user.name") + "@127.0.0.1:" + port + path;
    }

    @Override
    public void close() throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
}
