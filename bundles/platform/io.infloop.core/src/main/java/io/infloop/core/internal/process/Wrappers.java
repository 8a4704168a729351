package io.infloop.core.internal.process;

import io.infloop.spi.process.SpawnException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The programs that supervision itself needs, found once at start.
 *
 * @param setsid gives each child a session of its own; without it nothing is started
 * @param prlimit forbids core dumps, which would hold the child's secrets
 * @param kill signals a whole group, which the JVM cannot
 */
public record Wrappers(Optional<Path> setsid, Optional<Path> prlimit, Optional<Path> kill) {
    private static final String SYSTEM_PATH = "/usr/bin:/bin:/usr/local/bin:/usr/sbin:/sbin";

    /** Looks in the system's directories, then in the server's PATH. */
    public static Wrappers find(String path) {
        return new Wrappers(locate("setsid", path), locate("prlimit", path), locate("kill", path));
    }

    /** A program that children are started or stopped with: the system's own before one of the server's PATH. */
    public static Optional<Path> locate(String name, String path) {
        return Executables.find(name, SYSTEM_PATH + ":" + path);
    }

    /** What stands in front of every child: a session of its own, no core dumps. */
    List<String> prefix() throws SpawnException {
        List<String> command = new ArrayList<>();
        command.add(
                setsid.orElseThrow(() -> new SpawnException("setsid was not found, and a child without a session of its"
                                + " own could not be stopped with its descendants; install util-linux"))
                        .toString());
        if (kill.isEmpty()) {
            throw new SpawnException(
                    "kill was not found, and a child could not be stopped without it; install procps or"
                            + " util-linux");
        }
        if (prlimit.isPresent()) {
            command.add(prlimit.get().toString());
            command.add("--core=0");
            command.add("--");
        }
        return command;
    }
}
