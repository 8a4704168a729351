package io.infloop.engine.internal.journal;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.json.JsonParseException;
import io.infloop.store.RecordStore.RunRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Makes the record of a run out of its journal, or of the file that the reference implementation left. */
public final class RecordReader {
    private static final long MAX_DOCUMENT_BYTES = 32L * 1024 * 1024;
    /** Members of the closing event that belong to the record, in the record's order. */
    private static final List<String> FIELDS = List.of(
            "runId",
            "workflowId",
            "workflowName",
            "workflowVersion",
            "status",
            "startedAt",
            "finishedAt",
            "durationMs",
            "scope",
            "errorMessage",
            "correlationId",
            "costUsd",
            "nodeExecutions",
            "worktrees",
            "triggerId",
            "queueId",
            "source");

    private final JournalFiles files;
    private final JournalReader journals;

    public RecordReader(JournalFiles files) {
        this.files = files;
        this.journals = new JournalReader(files);
    }

    /**
     * @param row what the index knows of the run
     * @throws InfloopException if files are there but cannot be read
     */
    public Optional<JsonObject> read(String workflowId, String runId, Optional<RunRow> row) {
        try {
            Optional<JournalReader.Journal> journal = journals.read(workflowId, runId, JournalReader.MAX_EVENTS);
            if (journal.isPresent()) {
                return Optional.of(record(workflowId, runId, journal.get(), row));
            }
            Optional<JsonObject> document = document(workflowId, runId);
            return document.isPresent()
                    ? document
                    : row.filter(found -> found.workflowId().equals(workflowId)).map(RecordReader::withoutJournal);
        } catch (IOException unreadable) {
            throw new InfloopException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "the history of run " + runId + " cannot be read: " + unreadable.getMessage(),
                    unreadable);
        }
    }

    private static JsonObject record(
            String workflowId, String runId, JournalReader.Journal journal, Optional<RunRow> row) {
        JsonObject opening = journal.started().orElse(JsonObject.EMPTY);
        JsonObject.Builder known = JsonObject.builder()
                .put("status", row.map(RunRow::status).orElse("running"))
                .putAll(row.map(RecordReader::summary).orElse(JsonObject.EMPTY))
                .putAll(opening)
                .putAll(journal.finished().orElse(JsonObject.EMPTY))
                .put("runId", runId)
                .put("workflowId", workflowId);
        JsonObject all = known.build();
        JsonObject.Builder record = JsonObject.builder();
        for (String field : FIELDS) {
            if (all.get(field) != null) {
                record.put(field, all.get(field));
            }
        }
        if (all.get("scope") == null) {
            record.put("scope", JsonObject.EMPTY);
        }
        if (all.get("startedAt") == null) {
            opening.number("ts").ifPresent(ts -> record.put("startedAt", ts));
        }
        record.put("events", journal.events());
        if (journal.truncated()) {
            record.put("truncated", true);
        }
        return record.build();
    }

    private Optional<JsonObject> document(String workflowId, String runId) throws IOException {
        Path file = files.document(workflowId, runId);
        JournalFiles.requireNoLink(file);
        try {
            if (Files.size(file) > MAX_DOCUMENT_BYTES) {
                throw new IOException("the file is larger than " + MAX_DOCUMENT_BYTES + " bytes");
            }
            JsonObject document = Json.parseObject(Files.readString(file));
            boolean fits = document.string("runId").filter(runId::equals).isPresent()
                    && document.string("workflowId").filter(workflowId::equals).isPresent()
                    && document.string("status").isPresent()
                    && document.number("startedAt").isPresent()
                    && document.array("events").isPresent();
            return fits ? Optional.of(document) : Optional.empty();
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (JsonParseException malformed) {
            return Optional.empty();
        }
    }

    private static JsonObject withoutJournal(RunRow row) {
        return summary(row).toBuilder()
                .put("scope", JsonObject.EMPTY)
                .put("events", List.of())
                .put("truncated", row.eventCount() > 0)
                .build();
    }

    private static JsonObject summary(RunRow row) {
        JsonObject.Builder summary = JsonObject.builder()
                .put("runId", row.runId())
                .put("workflowId", row.workflowId())
                .put("workflowName", row.workflowName())
                .put("workflowVersion", row.workflowVersion())
                .put("status", row.status())
                .put("startedAt", row.startedAt());
        row.finishedAt().ifPresent(at -> summary.put("finishedAt", at).put("durationMs", at - row.startedAt()));
        summary.putIfPresent("errorMessage", row.errorMessage()).put("correlationId", row.correlationId());
        row.costUsd().ifPresent(cost -> summary.put("costUsd", cost));
        return summary.putIfPresent("queueId", row.queueId())
                .put("source", row.source())
                .build();
    }
}
