package io.infloop.bench.spawn;

import io.infloop.core.internal.process.Wrappers;
import io.infloop.spi.process.SandboxLevel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The command line that the supervisor starts a child with, for a shell. It is not written down here but taken from a child: the first
 * program of the line is replaced by one that notes its arguments.
 */
final class Chain implements AutoCloseable {
    private final SupervisedLevel noted;
    private final String text;

    private Chain(SupervisedLevel noted, String text) {
        this.noted = noted;
        this.text = text;
    }

    /** @param root must not exist */
    static Chain of(SandboxLevel level, Path root, Path work, List<String> command)
            throws IOException, InterruptedException {
        Files.createDirectories(root);
        Wrappers found = SupervisedLevel.wrappers();
        Path setsid = found.setsid().orElseThrow(() -> new IOException("setsid was not found; install util-linux"));
        Path arguments = root.resolve("arguments");
        Path noting = Files.writeString(
                root.resolve("setsid"),
                "#!/bin/sh\nprintf '%s\\0' \"$@\" > " + quoted(arguments.toString()) + "\nexec " + setsid
                        + " \"$@\"\n");
        Files.setPosixFilePermissions(noting, PosixFilePermissions.fromString("rwxr-xr-x"));
        SupervisedLevel supervised = new SupervisedLevel(
                level, root.resolve("server"), work, new Wrappers(Optional.of(noting), found.prlimit(), found.kill()));
        try {
            supervised.obstacle();
            supervised.run(command);
            List<String> line = new ArrayList<>(List.of(setsid.toString()));
            line.addAll(List.of(Files.readString(arguments).split("\0", -1)));
            line.remove(line.size() - 1);
            return new Chain(supervised, text(line, supervised.place()));
        } catch (IOException | InterruptedException | RuntimeException failed) {
            supervised.close();
            throw failed;
        }
    }

    private static String text(List<String> line, Path place) throws IOException {
        String server = Long.toString(ProcessHandle.current().pid());
        List<String> words = new ArrayList<>();
        for (String word : line) {
            if (word.startsWith("/") && Path.of(word).startsWith(place) && !Files.exists(Path.of(word))) {
                // The private directory of the child that was noted went with it.
                Files.createDirectories(Path.of(word));
            }
            // A keeper makes sure that its parent is who it should be.
            words.add(word.equals(server) ? "$$" : quoted(word));
        }
        return String.join(" ", words);
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    /**
     * A program for a shell: reads how often, starts the line that often, each when the one before has ended, and says when it is done
     * or that it failed.
     *
     * @param read whether the shell reads what the child writes until nobody can write any more, as the supervisor does; a shell reads
     *     both outputs from one pipe
     */
    byte[] loop(boolean read) {
        String command = read ? "output=$(" + text + " </dev/null 2>&1)" : text + " </dev/null >/dev/null 2>&1";
        return ("while read -r count; do\n  while [ \"$count\" -gt 0 ]; do\n    " + command
                        + " || { echo failed $?; exit 1; }\n    count=$((count-1))\n  done\n  echo done\ndone\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        noted.close();
    }
}
