package io.infloop.core.internal.process;

import io.infloop.core.process.ProcessOwner;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.spi.process.SpawnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decides where a child may work. Immutable. */
public final class WorkingDirectories {
    private final List<Path> roots;
    private final Path instanceDirectory;

    /**
     * @param roots of WORKSPACE_ROOTS; empty: everywhere
     * @param instanceDirectory of this server; allowed in any case
     */
    public WorkingDirectories(List<Path> roots, Path instanceDirectory) {
        this.roots = List.copyOf(roots);
        this.instanceDirectory = instanceDirectory;
    }

    /** @throws SpawnException if it is not a directory, or not one in which this owner's children may work */
    Path resolve(ProcessSpec spec, ProcessOwner owner) throws SpawnException {
        Path directory = spec.workingDirectory()
                .or(owner::defaultDirectory)
                .orElseGet(() -> roots.isEmpty() ? Path.of("") : instanceDirectory)
                .toAbsolutePath()
                .normalize();
        if (!Files.isDirectory(directory)) {
            throw new SpawnException("the working directory " + directory
                    + " does not exist or is not a directory; create or correct it");
        }
        return roots.isEmpty() ? directory : allowed(directory, owner);
    }

    /** The real path is checked and used, so that no link leads elsewhere. */
    private Path allowed(Path directory, ProcessOwner owner) throws SpawnException {
        Optional<Path> real = real(directory);
        List<Path> allowed = new ArrayList<>(roots);
        owner.defaultDirectory().ifPresent(allowed::add);
        allowed.add(instanceDirectory);
        if (real.isPresent()) {
            for (Path root : allowed) {
                if (real(root).filter(real.get()::startsWith).isPresent()) {
                    return real.get();
                }
            }
        }
        throw new SpawnException("the working directory " + directory
                + " is outside of WORKSPACE_ROOTS; choose one inside, or let the operator add it there");
    }

    /** Without links where it exists. */
    static Path realOrSame(Path path) {
        return real(path).orElse(path.toAbsolutePath().normalize());
    }

    private static Optional<Path> real(Path path) {
        try {
            return Optional.of(path.toRealPath());
        } catch (IOException missing) {
            return Optional.empty();
        }
    }
}
