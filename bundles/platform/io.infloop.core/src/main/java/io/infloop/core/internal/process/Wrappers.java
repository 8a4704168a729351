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
        String everywhere = SYSTEM_PATH + ":" + path;
        return new Wrappers(
                Executables.find("setsid", everywhere),
                Executables.find("prlimit", everywhere),
                Executables.find("kill", everywhere));
    }

    List<String> wrap(Path program, List<String> arguments) throws SpawnException {
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
        command.add(program.toString());
        command.addAll(arguments);
        return command;
    }
}
