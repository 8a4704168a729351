package io.infloop.core.internal.instance;

import io.infloop.core.file.AtomicFiles;
import io.infloop.core.instance.ServerInstance;
import io.infloop.core.internal.Refusal;
import io.infloop.core.internal.process.ProcFs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This process, and the files by which others know that it is alive. */
public final class LocalServerInstance implements ServerInstance {
    private static final Logger LOGGER = LoggerFactory.getLogger(LocalServerInstance.class);
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");

    private final Path instances;
    private final Path directory;
    private final boolean readOnly;
    private final InstanceRecord record;

    /** @throws Refusal if the id cannot be a file's name */
    public LocalServerInstance(String id, Path data, Optional<Path> directory, String version, boolean readOnly) {
        if (!ID.matcher(id).matches()) {
            throw new Refusal(
                    "invalid-instance", "infloop.instance must be letters, digits, - and _; start with bin/infloop");
        }
        this.instances = data.resolve("instances");
        this.directory = directory.orElseGet(() -> instances.resolve(id));
        this.readOnly = readOnly;
        long pid = ProcessHandle.current().pid();
        this.record = new InstanceRecord(
                id,
                pid,
                ProcFs.stat(pid).map(ProcFs.Stat::startTicks).orElse(-1L),
                ProcFs.bootId(),
                version,
                Instant.now(),
                Optional.empty(),
                OptionalInt.empty());
    }

    /** Makes this server known, and removes what dead ones left in the directory of instances. */
    public void announce() {
        if (readOnly) {
            return;
        }
        removeDead();
        write(record);
    }

    /** Tells where this server listens. */
    public void announceListener(String host, int port) {
        if (readOnly) {
            return;
        }
        write(new InstanceRecord(
                record.id(),
                record.pid(),
                record.startTicks(),
                record.bootId(),
                record.version(),
                record.startedAt(),
                Optional.of(host),
                OptionalInt.of(port)));
    }

    /** After this the server is dead for others. */
    public void withdraw() {
        if (readOnly) {
            return;
        }
        try {
            Files.deleteIfExists(file(id()));
        } catch (IOException notRemoved) {
            LOGGER.warn("the file of this instance could not be removed: {}", notRemoved.getMessage());
        }
    }

    @Override
    public String id() {
        return record.id();
    }

    @Override
    public Path directory() {
        return directory;
    }

    @Override
    public long pid() {
        return record.pid();
    }

    public long startTicks() {
        return record.startTicks();
    }

    public String bootId() {
        return record.bootId();
    }

    @Override
    public Instant startedAt() {
        return record.startedAt();
    }

    @Override
    public String version() {
        return record.version();
    }

    @Override
    public boolean isReadOnly() {
        return readOnly;
    }

    @Override
    public boolean isAlive(String instanceId) {
        if (instanceId.equals(id())) {
            return true;
        }
        return ID.matcher(instanceId).matches()
                && InstanceRecord.read(file(instanceId))
                        .filter(InstanceRecord::isAlive)
                        .isPresent();
    }

    private Path file(String id) {
        return instances.resolve(id + ".json");
    }

    private void write(InstanceRecord content) {
        try {
            AtomicFiles.write(file(content.id()), content.toJson());
        } catch (IOException unwritable) {
            throw new UncheckedIOException("cannot write " + file(content.id()), unwritable);
        }
    }

    private void removeDead() {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(instances, "*.json")) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                String id = name.substring(0, name.length() - ".json".length());
                Optional<InstanceRecord> found = InstanceRecord.read(file);
                if (ID.matcher(id).matches()
                        && !id.equals(id())
                        && !Files.isSymbolicLink(file)
                        && found.isPresent()
                        && !found.get().isAlive()) {
                    Path left = instances.resolve(id);
                    if (Files.isDirectory(left, LinkOption.NOFOLLOW_LINKS)) {
                        deleteTree(left);
                    }
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException notCleaned) {
            LOGGER.warn("what a dead server left in {} could not be removed: {}", instances, notCleaned.getMessage());
        }
    }

    private static void deleteTree(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
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
    }
}
