package io.infloop.engine.internal.journal;

import io.infloop.core.file.AtomicFiles;
import io.infloop.core.id.Ids;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonParseException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files {@code active-runs/<runId>.json}: one for as long as a run lives. Thread-safe. */
public final class RunMarkers {
    private static final Logger LOG = LoggerFactory.getLogger(RunMarkers.class);
    private static final int MAX_BYTES = 64 * 1024;

    private final Path directory;

    public RunMarkers(Path dataDirectory) {
        this.directory = dataDirectory.resolve("active-runs");
    }

    /**
     * Writes a marker, whole or not at all. It is not synced: it has to survive the end of this process, while after a power failure
     * the run's row in the record store says the same.
     */
    public void write(RunMarker marker) throws IOException {
        AtomicFiles.createOwnerOnlyDirectories(directory);
        Path target = file(marker.runId());
        Path temporary = directory.resolve(marker.runId() + ".json.tmp");
        try (FileChannel channel = FileChannel.open(
                temporary,
                Set.of(
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            JournalWriter.writeFully(
                    channel, ByteBuffer.wrap(marker.toJson().toString().getBytes(StandardCharsets.UTF_8)));
        }
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Notes a worktree in the marker of its run. */
    public synchronized void addWorktree(String runId, Path tree) throws IOException {
        List<RunMarker> found = new ArrayList<>();
        read(file(runId), found);
        if (found.isEmpty()) {
            throw new IOException("there is no marker of that run");
        }
        write(found.get(0).withWorktree(tree.toString()));
    }

    public void delete(String runId) {
        try {
            Files.deleteIfExists(file(runId));
        } catch (IOException stays) {
            LOG.warn("the marker of run {} could not be removed: {}", runId, stays.toString());
        }
    }

    /** All markers that can be read; others are left where they are. */
    public List<RunMarker> list() {
        List<RunMarker> markers = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.json")) {
            for (Path file : files) {
                read(file, markers);
            }
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException unreadable) {
            LOG.warn("the markers of active runs cannot be read: {}", unreadable.toString());
        }
        return markers;
    }

    private static void read(Path file, List<RunMarker> markers) {
        try {
            if (Files.isSymbolicLink(file)) {
                throw new IOException("a symbolic link");
            }
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException("larger than " + MAX_BYTES + " bytes");
            }
            RunMarker.read(Json.parseObject(Files.readString(file)))
                    .filter(marker -> file.getFileName().toString().equals(marker.runId() + ".json"))
                    .ifPresentOrElse(
                            markers::add,
                            () -> LOG.warn("{} is not the marker of a run; delete it", file.getFileName()));
        } catch (NoSuchFileException gone) {
            LOG.debug("run of {} ended meanwhile", file.getFileName());
        } catch (IOException | JsonParseException unreadable) {
            LOG.warn("{} is not the marker of a run ({}); delete it", file.getFileName(), unreadable.getMessage());
        }
    }

    private Path file(String runId) {
        if (!Ids.isRunId(runId)) {
            throw new IllegalArgumentException("not the id of a run");
        }
        return directory.resolve(runId + ".json");
    }
}
