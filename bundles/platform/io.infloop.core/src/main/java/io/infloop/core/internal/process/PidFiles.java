package io.infloop.core.internal.process;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.core.file.AtomicFiles;
import io.infloop.core.internal.instance.LocalServerInstance;
import io.infloop.core.json.Jsons;
import io.infloop.core.process.ProcessOwner;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code <data>/pids/<pid>.json}: exists as long as a child runs, so that a later server can stop it when this one dies. */
public final class PidFiles {
    private static final Logger LOGGER = LoggerFactory.getLogger(PidFiles.class);
    private static final int MAX_BYTES = 64 * 1024;

    private final Path directory;
    private final LocalServerInstance server;
    private final RunMarks marks;

    public PidFiles(Path dataDirectory, LocalServerInstance server) {
        this.directory = dataDirectory.resolve("pids");
        this.server = server;
        this.marks = new RunMarks(dataDirectory, server);
    }

    /** The marks of the children that are recorded here. */
    RunMarks marks() {
        return marks;
    }

    /**
     * A child as recorded.
     *
     * @param mark the variable by which descendants are recognised
     */
    record Entry(
            Path file,
            long pid,
            long startTicks,
            String mark,
            long serverPid,
            long serverStartTicks,
            String bootId,
            Optional<String> runId) {
        boolean isServerAlive() {
            return bootId.equals(ProcFs.bootId()) && ProcFs.isRunning(serverPid, serverStartTicks);
        }
    }

    void write(long pid, long startTicks, String program, String mark, ProcessOwner owner) throws IOException {
        if (server.isReadOnly()) {
            return;
        }
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("pid", pid);
        members.put("pgid", pid);
        members.put("startTime", startTicks);
        members.put("cmd", program);
        members.put("mark", mark);
        members.put("serverInstance", server.id());
        members.put("serverPid", server.pid());
        members.put("serverStartTime", server.startTicks());
        members.put("bootId", server.bootId());
        members.put("pluginId", owner.pluginId());
        owner.runId().ifPresent(value -> members.put("runId", value));
        owner.nodePath().ifPresent(value -> members.put("nodeId", value));
        members.put("createdAt", Instant.now().toString());
        // Every child waits for this, and none outlives the machine.
        AtomicFiles.writeUnsynced(file(pid), Jsons.bytes(members));
    }

    void remove(long pid) {
        if (server.isReadOnly()) {
            return;
        }
        try {
            Files.deleteIfExists(file(pid));
        } catch (IOException notRemoved) {
            LOGGER.warn("{} could not be removed: {}", file(pid), notRemoved.getMessage());
        }
    }

    List<Entry> all() {
        List<Entry> entries = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            return entries;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "[0-9]*.json")) {
            for (Path file : files) {
                read(file).ifPresent(entries::add);
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException unreadable) {
            LOGGER.warn("{} could not be read: {}", directory, unreadable.getMessage());
        }
        return entries;
    }

    private Optional<Entry> read(Path file) {
        try {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > MAX_BYTES) {
                return Optional.empty();
            }
            if (Files.size(file) == 0 && !server.isReadOnly()) {
                // Left by a power cut, which ended the child as well: records appear complete, but are not synced.
                Files.delete(file);
                return Optional.empty();
            }
            JsonNode node = Jsons.MAPPER.readTree(Files.readAllBytes(file));
            if (node == null
                    || node.path("pid").asLong() < 2
                    || !file.getFileName().toString().equals(node.path("pid").asLong() + ".json")) {
                LOGGER.warn("{} is not a record of a child; ignored", file);
                return Optional.empty();
            }
            return Optional.of(new Entry(
                    file,
                    node.path("pid").asLong(),
                    node.path("startTime").asLong(-1),
                    node.path("mark").asText(),
                    node.path("serverPid").asLong(),
                    node.path("serverStartTime").asLong(-1),
                    node.path("bootId").asText(),
                    Optional.ofNullable(node.path("runId").textValue())));
        } catch (IOException unreadable) {
            LOGGER.warn("{} is not readable; ignored", file);
            return Optional.empty();
        }
    }

    private Path file(long pid) {
        return directory.resolve(pid + ".json");
    }
}
