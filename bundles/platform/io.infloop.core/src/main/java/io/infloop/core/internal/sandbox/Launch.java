package io.infloop.core.internal.sandbox;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A child that is about to be started.
 *
 * @param program the resolved executable
 * @param directory where it works
 * @param own the directories besides it that the child may use, wherever they lie: the private one of its node
 * @param readable files and directories that the child needs to read, as its variables name them: programs, certificates
 * @param jail what only the jail needs
 */
public record Launch(
        Path program,
        List<String> arguments,
        Path directory,
        List<Path> own,
        List<Path> readable,
        Optional<Jail> jail) {
    /**
     * The places of one child.
     *
     * @param home its private HOME
     * @param network the directory that holds nothing but the socket of its egress proxy; empty: no network at all
     */
    public record Jail(Path home, Optional<Path> network) {}

    public Launch {
        arguments = List.copyOf(arguments);
        own = List.copyOf(own);
        readable = List.copyOf(readable);
    }

    /** Of a child that is in a jail in a directory of its own. */
    static Launch of(Path program, List<String> arguments, Path directory, Optional<Jail> jail) {
        List<Path> own = jail.isPresent() ? List.of(directory) : List.of();
        return new Launch(program, arguments, directory, own, List.of(), jail);
    }
}
