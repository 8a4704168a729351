package io.infloop.core.internal.process;

import io.infloop.core.process.ProcessOwner;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.spi.process.SpawnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decides where a child may work. Thread-safe. */
public final class WorkingDirectories {
    private final List<Path> roots;
    private final Path instanceDirectory;
    /** Without links, once it exists: it stays where it is. */
    private volatile Optional<Path> realInstanceDirectory = Optional.empty();

    /**
     * @param roots of WORKSPACE_ROOTS; empty: everywhere
     * @param instanceDirectory of this server; a part of it is allowed in any case
     */
    public WorkingDirectories(List<Path> roots, Path instanceDirectory) {
        this.roots = List.copyOf(roots);
        this.instanceDirectory = instanceDirectory;
    }

    /** @throws SpawnException if it is not a directory, or not one in which this owner's children may work */
    Path resolve(ProcessSpec spec, ProcessOwner owner) throws SpawnException {
        Optional<Path> chosen = spec.workingDirectory().or(owner::defaultDirectory);
        Path directory = (chosen.isPresent() ? chosen.get() : roots.isEmpty() ? Path.of("") : madeShared())
                .toAbsolutePath()
                .normalize();
        if (!Files.isDirectory(directory)) {
            throw new SpawnException("the working directory " + directory
                    + " does not exist or is not a directory; create or correct it");
        }
        return roots.isEmpty() ? directory : allowed(directory, owner);
    }

    /** Where children work that have no directory of their own; nothing else is there. */
    Path shared() {
        if (realInstanceDirectory.isEmpty()) {
            realInstanceDirectory = real(instanceDirectory);
        }
        return realInstanceDirectory
                .orElseGet(() -> realOrSame(instanceDirectory))
                .resolve("children");
    }

    private Path madeShared() throws SpawnException {
        try {
            if (!Files.isDirectory(shared())) {
                Files.createDirectories(
                        shared(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            return shared();
        } catch (IOException failed) {
            throw new SpawnException(
                    "the working directory " + shared() + " could not be made; make room or make the data directory"
                            + " writable",
                    failed);
        }
    }

    /** The real path is checked and used, so that no link leads elsewhere. */
    private Path allowed(Path directory, ProcessOwner owner) throws SpawnException {
        Optional<Path> real = real(directory);
        List<Path> allowed = new ArrayList<>(roots);
        owner.defaultDirectory().ifPresent(allowed::add);
        allowed.add(shared());
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
