package io.infloop.core.internal.process;

import io.infloop.spi.process.SpawnException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Finds programs before anything is started, so that a missing one is our own clear error. */
public final class Executables {
    private Executables() {}

    /** The program of that name in a PATH; entries that are not absolute are skipped, they would depend on the directory. */
    public static Optional<Path> find(String name, String path) {
        for (String entry : path.split(":", -1)) {
            if (entry.startsWith("/")) {
                try {
                    Path candidate = Path.of(entry, name);
                    if (isProgram(candidate)) {
                        return Optional.of(candidate);
                    }
                } catch (InvalidPathException unusable) {
                    // nothing can lie there
                }
            }
        }
        return Optional.empty();
    }

    /** @param command a name for the PATH, or a path, relative ones against {@code directory} */
    static Path resolve(String command, Path directory, String path) throws SpawnException {
        if (command.indexOf('/') < 0) {
            return find(command, path)
                    .orElseThrow(() -> new SpawnException("the program '" + command
                            + "' was not found in the PATH of the child; install it, or name it with its full path"));
        }
        Path program;
        try {
            program = directory.resolve(command).normalize();
        } catch (InvalidPathException unusable) {
            throw new SpawnException("the program's name is not a path", unusable);
        }
        if (!isProgram(program)) {
            if (!Files.exists(program)) {
                throw new SpawnException("the program " + program + " does not exist; install it or correct its path");
            }
            throw new SpawnException(
                    "the program " + program + " is not an executable file; correct its path, or make it executable");
        }
        return program;
    }

    private static boolean isProgram(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }
}
