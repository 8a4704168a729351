package io.infloop.workspace.internal.worktree;

import io.infloop.core.file.AtomicFiles;
import io.infloop.core.id.Ids;
import io.infloop.spi.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files {@code worktrees/<runId>.json}: one per run that has, or left, something in a worktree. */
final class TreeFiles {
    private static final Logger LOG = LoggerFactory.getLogger(TreeFiles.class);
    private static final long MAX_BYTES = 8L * 1024 * 1024;

    private final Path directory;

    TreeFiles(Path dataDirectory) {
        this.directory = dataDirectory.resolve("worktrees");
    }

    Optional<RunTrees> read(String runId) throws IOException {
        Path file = file(runId);
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException(file.getFileName() + " is too large to be one of ours");
            }
            return RunTrees.read(Json.parseObject(Files.readString(file)))
                    .filter(trees -> trees.runId().equals(runId));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IllegalArgumentException damaged) {
            throw new IOException(file.getFileName() + " is damaged: " + damaged.getMessage(), damaged);
        }
    }

    void write(RunTrees trees) throws IOException {
        AtomicFiles.createOwnerOnlyDirectories(directory);
        AtomicFiles.write(file(trees.runId()), trees.toJson().toString().getBytes(StandardCharsets.UTF_8));
    }

    void delete(String runId) throws IOException {
        Files.deleteIfExists(file(runId));
    }

    List<String> runIds() {
        List<String> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.json")) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                String runId = name.substring(0, name.length() - ".json".length());
                if (Ids.isRunId(runId)) {
                    found.add(runId);
                }
            }
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException unreadable) {
            LOG.warn("the records of worktrees cannot be listed: {}", unreadable.toString());
        }
        return found;
    }

    private Path file(String runId) {
        if (!Ids.isRunId(runId)) {
            throw new IllegalArgumentException("not the id of a run");
        }
        return directory.resolve(runId + ".json");
    }
}
