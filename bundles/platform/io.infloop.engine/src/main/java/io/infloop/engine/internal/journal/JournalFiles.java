package io.infloop.engine.internal.journal;

import io.infloop.core.id.Ids;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the files of runs lie. Ids become names here and nowhere else, and only after they have passed their pattern. */
public final class JournalFiles {
    /** The file, the directory of its workflow, the directory of all. */
    private static final int LEVELS = 3;

    private final Path root;

    public JournalFiles(Path root) {
        this.root = resolved(root);
    }

    /** Where the configured name leads is found out once; a link that takes its place later is not followed. */
    private static Path resolved(Path root) {
        try {
            return root.toRealPath();
        } catch (IOException missing) {
            return root.toAbsolutePath().normalize();
        }
    }

    /** @throws IOException if the file, or a directory of runs above it, is a symbolic link: it would lead somewhere else */
    public static void requireNoLink(Path file) throws IOException {
        Path part = file;
        for (int level = 0; level < LEVELS && part != null; level++) {
            if (Files.isSymbolicLink(part)) {
                throw new IOException(part.getFileName() + " is a symbolic link, which is not followed");
            }
            part = part.getParent();
        }
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
