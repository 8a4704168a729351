package io.infloop.itests.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/** A mount namespace of its own, in which a test makes the disk of a server small or read-only. It goes with its holder. */
public final class PrivateMounts implements AutoCloseable {
    private final Process holder;
    private final Path directory;

    private PrivateMounts(Process holder, Path directory) {
        this.holder = holder;
        this.directory = directory;
    }

    /**
     * @param directory where to mount; outside of the namespace nothing changes
     * @param command mounts it, with the directory as {@code $1}
     * @return empty where this user may not mount
     */
    public static Optional<PrivateMounts> at(Path directory, String command) throws IOException {
        Files.createDirectories(directory);
        Process holder;
        try {
            holder = new ProcessBuilder(List.of(
                            "unshare",
                            "-m",
                            "sh",
                            "-c",
                            command + " && echo ready && exec sleep 600",
                            "sh",
                            directory.toString()))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException noProgram) {
            return Optional.empty();
        }
        BufferedReader output =
                new BufferedReader(new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8));
        if ("ready".equals(output.readLine())) {
            return Optional.of(new PrivateMounts(holder, directory));
        }
        holder.destroyForcibly();
        return Optional.empty();
    }

    /** The directory as it is seen from here. */
    public Path inside() {
        return Path.of("/proc/" + holder.pid() + "/root" + directory.toAbsolutePath());
    }

    /** A server in the namespace, whose data directory is the mounted one. */
    public Server.Setup server() throws IOException {
        return Server.on(inside())
                .with("INFLOOP_DATA_DIR", directory.toAbsolutePath().toString())
                .with("HOME", directory.toAbsolutePath().getParent().toString())
                .script(script());
    }

    /** A command in the namespace, about the mounted data directory. */
    public Command.Result command(String... arguments) throws IOException {
        return Command.run(script(), directory.toAbsolutePath(), arguments);
    }

    private Path script() throws IOException {
        Path script = directory.resolveSibling("infloop-inside");
        Files.writeString(
                script,
                "#!/bin/sh\nexec nsenter --mount=/proc/" + holder.pid() + "/ns/mnt " + Distribution.launchScript()
                        + " \"$@\"\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return script;
    }

    @Override
    public void close() {
        holder.destroyForcibly();
    }
}
