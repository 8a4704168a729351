package io.infloop.engine.internal.journal;

import io.infloop.core.id.Ids;
import java.nio.file.Path;

/** Where the files of runs lie. Ids become names here and nowhere else, and only after they have passed their pattern. */
public final class JournalFiles {
    private final Path root;

    public JournalFiles(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    public Path journal(String workflowId, String runId) {
        return file(workflowId, runId, ".jsonl");
    }

    /** The single document of a run that the reference implementation recorded. */
    public Path document(String workflowId, String runId) {
        return file(workflowId, runId, ".json");
    }

    public static boolean areIds(String workflowId, String runId) {
        return Ids.isWorkflowId(workflowId) && Ids.isRunId(runId);
    }

    private Path file(String workflowId, String runId, String extension) {
        if (!areIds(workflowId, runId)) {
            throw new IllegalArgumentException("not ids of a workflow and a run");
        }
        Path file = root.resolve(workflowId).resolve(runId + extension).normalize();
        if (!file.getParent().getParent().equals(root)) {
            throw new IllegalArgumentException("outside of the directory of runs");
        }
        return file;
    }
}
