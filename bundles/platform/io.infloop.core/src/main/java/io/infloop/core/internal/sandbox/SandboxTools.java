package io.infloop.core.internal.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The programs that confinements are made of and whose rights they start with, found once at start.
 *
 * @param uid the effective user of this process
 * @param gid its effective group
 * @param pid its number, as its children see it
 */
public record SandboxTools(
        Optional<Path> sh,
        Optional<Path> setsid,
        Optional<Path> setpriv,
        Optional<Path> unshare,
        Optional<Path> mount,
        Optional<Path> bwrap,
        Optional<Path> bridge,
        long uid,
        long gid,
        long pid) {
    /** What leads a TCP port inside of the jail to the UNIX socket of the egress proxy, the quickest to start first. */
    private static final List<String> BRIDGES = List.of("socat", "perl", "python3", "node");

    /** @param find a program by its name, among those that children may be started with */
    public static SandboxTools find(Function<String, Optional<Path>> find) {
        return new SandboxTools(
                find.apply("sh"),
                find.apply("setsid"),
                find.apply("setpriv"),
                find.apply("unshare"),
                find.apply("mount"),
                find.apply("bwrap"),
                BRIDGES.stream().flatMap(name -> find.apply(name).stream()).findFirst(),
                id("Uid:"),
                id("Gid:"),
                ProcessHandle.current().pid());
    }

    boolean isRoot() {
        return uid == 0;
    }

    /** The second number of the line is the effective one. */
    private static long id(String field) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith(field)) {
                    return Long.parseLong(line.split("\\s+", -1)[2]);
                }
            }
        } catch (IOException | NumberFormatException unreadable) {
            return -1;
        }
        return -1;
    }
}
