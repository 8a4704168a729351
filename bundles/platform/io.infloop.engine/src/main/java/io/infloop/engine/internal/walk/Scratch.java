package io.infloop.engine.internal.walk;

import io.infloop.core.file.AtomicFiles;
import io.infloop.core.process.ProcessSupervisor;
import io.infloop.spi.process.SandboxDemand;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The private directory of one node execution: made when first asked for, removed afterwards. Thread-safe. */
final class Scratch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Scratch.class);

    private final Path root;
    private final ProcessSupervisor processes;
    private final SandboxDemand demand;
    private Optional<Path> directory = Optional.empty();
    private boolean elsewhere;

    /**
     * @param root holds the directories of all executions
     * @param processes knows whether the children of this one can work there
     * @param demand of the node
     */
    Scratch(Path root, ProcessSupervisor processes, SandboxDemand demand) {
        this.root = root;
        this.processes = processes;
        this.demand = demand;
    }

    synchronized Path directory() throws IOException {
        if (directory.isEmpty()) {
            Optional<Path> place = processes.placeFor(demand);
            elsewhere = place.isPresent();
            Path made = place.orElse(root).resolve(UUID.randomUUID().toString());
            AtomicFiles.createOwnerOnlyDirectories(made);
            directory = Optional.of(made);
        }
        return directory.get();
    }

    @Override
    public synchronized void close() {
        directory.ifPresent(this::remove);
        directory = Optional.empty();
    }

    private void remove(Path made) {
        try {
            if (elsewhere) {
                processes.takeBack(made);
            }
        } catch (IOException stays) {
            // Whoever can change a tree could lead its removal elsewhere.
            LOG.warn("a scratch directory stays, as it could not be taken back from its user: {}", stays.toString());
            return;
        }
        delete(made);
    }

    /** Removes a tree without following its links. */
    static void delete(Path tree) {
        try {
            Files.walkFileTree(tree, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                    Files.deleteIfExists(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (NoSuchFileException gone) {
            LOG.debug("{} is gone already", tree);
        } catch (IOException stays) {
            LOG.warn("a scratch directory could not be removed: {}", stays.toString());
        }
    }
}
