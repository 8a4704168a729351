package io.infloop.store.internal;

import io.infloop.store.WorkflowStore.FileProblem;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what is wrong with files, each problem once while it lasts. For one thread at a time. */
final class ProblemLog {
    private static final Logger LOG = LoggerFactory.getLogger(ProblemLog.class);

    private final String kind;
    private Set<FileProblem> known = Set.of();

    /** @param kind e.g. {@code Trigger} */
    ProblemLog(String kind) {
        this.kind = kind;
    }

    void report(List<FileProblem> problems) {
        for (FileProblem problem : problems) {
            if (!known.contains(problem)) {
                LOG.warn("{} file {} {}", kind, problem.file(), problem.reason());
            }
        }
        known = new HashSet<>(problems);
    }
}
