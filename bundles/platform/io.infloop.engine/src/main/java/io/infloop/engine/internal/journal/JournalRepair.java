package io.infloop.engine.internal.journal;

import io.infloop.spi.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Closes the journals of runs that nobody will go on with. */
public final class JournalRepair {
    public static final String INTERRUPTED = "interrupted: the server stopped before this run finished";

    private final JournalFiles files;
    private final JournalReader reader;

    public JournalRepair(JournalFiles files) {
        this.files = files;
        this.reader = new JournalReader(files);
    }

    /** How a journal ends. */
    public record Closing(
            String status, Optional<String> errorMessage, long finishedAt, OptionalDouble costUsd, long eventCount) {
        /** Whether the run had no end of its own. */
        public boolean isInterruption() {
            return errorMessage.equals(Optional.of(INTERRUPTED));
        }
    }

    public static boolean areIds(String workflowId, String runId) {
        return JournalFiles.areIds(workflowId, runId);
    }

    /**
     * Appends the closing event unless there is one; idempotent.
     *
     * @param worktrees what has become of the run's worktrees
     */
    public Closing close(
            String workflowId,
            String runId,
            String workflowName,
            long startedAt,
            String correlationId,
            long now,
            List<JsonObject> worktrees)
            throws IOException {
        Optional<JournalReader.Journal> journal = reader.read(workflowId, runId, 1);
        Optional<JsonObject> finished = journal.flatMap(JournalReader.Journal::finished);
        if (finished.isPresent()) {
            JsonObject end = finished.get();
            return new Closing(
                    end.string("status").orElse("failed"),
                    end.string("errorMessage"),
                    end.number("finishedAt").map(Number::longValue).orElse(now),
                    end.number("costUsd").stream()
                            .mapToDouble(Number::doubleValue)
                            .findFirst(),
                    journal.get().total());
        }
        long total = journal.map(JournalReader.Journal::total).orElse(0L);
        long seq = journal.map(JournalReader.Journal::lastSeq).orElse(0L) + 1;
        JsonObject opening = journal.flatMap(JournalReader.Journal::started).orElse(JsonObject.EMPTY);
        JsonObject line = JsonObject.builder()
                .put("type", "run_finished")
                .put("runId", runId)
                .put("seq", seq)
                .put("ts", now)
                .put("correlationId", correlationId)
                .put("status", "failed")
                .put("workflowId", workflowId)
                .put("workflowName", workflowName)
                .putIfPresent("workflowVersion", opening.number("workflowVersion"))
                .put("startedAt", startedAt)
                .putIfPresent("source", opening.string("source"))
                .putIfPresent("queueId", opening.string("queueId"))
                .putIfPresent("triggerId", opening.string("triggerId"))
                .put("finishedAt", now)
                .put("durationMs", Math.max(0, now - startedAt))
                .put("errorMessage", INTERRUPTED)
                .putIfPresent("worktrees", Optional.of(worktrees).filter(trees -> !trees.isEmpty()))
                .build();
        append(files.journal(workflowId, runId), line);
        return new Closing("failed", Optional.of(INTERRUPTED), now, OptionalDouble.empty(), total + 1);
    }

    private static void append(Path file, JsonObject line) throws IOException {
        JournalFiles.requireNoLink(file);
        String separator = endsTorn(file) ? "\n" : "";
        try (FileChannel channel = JournalWriter.openForAppend(file)) {
            JournalWriter.writeFully(
                    channel, ByteBuffer.wrap((separator + line + "\n").getBytes(StandardCharsets.UTF_8)));
            channel.force(false);
        }
    }

    /** Whether the last line was cut off when the server died. */
    private static boolean endsTorn(Path file) throws IOException {
        if (!Files.exists(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() == 0) {
                return false;
            }
            ByteBuffer last = ByteBuffer.allocate(1);
            channel.read(last, channel.size() - 1);
            return last.get(0) != '\n';
        }
    }
}
