package io.infloop.engine.internal.check;

import io.infloop.engine.Workflows.Problem;
import io.infloop.engine.Workflows.Severity;
import io.infloop.engine.internal.graph.GraphNode;
import io.infloop.engine.internal.graph.WorkflowModel;
import java.util.List;
import java.util.function.Consumer;

/**
 * Rules of the document format for types that have always been part of it. They hold whether or not the plugin of the type is there
 * at this moment, and one of them spans configuration and children, which a schema cannot say.
 */
final class KnownTypeRules {
    private KnownTypeRules() {}

    static void check(WorkflowModel model, Consumer<Problem> problems) {
        for (GraphNode node : model.allNodes()) {
            switch (node.type()) {
                case "parallel" -> parallel(node, problems);
                case "subworkflow" -> {
                    if (node.config().string("workflowId").orElse("").isEmpty()) {
                        error(
                                problems,
                                node.path() + ".config.workflowId",
                                "subworkflow node \"" + node.id() + "\": workflowId must be a non-empty string");
                    }
                }
                case "judge" -> {
                    int candidates =
                            node.config().array("candidates").map(List::size).orElse(0);
                    if (candidates < 2) {
                        error(
                                problems,
                                node.path() + ".config.candidates",
                                "judge node \"" + node.id() + "\" requires at least 2 candidates (got " + candidates
                                        + ")");
                    }
                }
                default -> {
                    // Other types describe their configuration completely in their schema.
                }
            }
        }
    }

    private static void parallel(GraphNode node, Consumer<Problem> problems) {
        if (node.config().string("mode").orElse("").equals("quorum")) {
            int children = node.children().size();
            boolean fits = node.config().get("quorumN") instanceof Long quorum && quorum >= 1 && quorum <= children;
            if (!fits) {
                error(
                        problems,
                        node.path() + ".config.quorumN",
                        "parallel node \"" + node.id() + "\": quorumN must be between 1 and the number of children ("
                                + children + ")");
            }
        }
        Object onError = node.config().get("onError");
        if (onError != null && !onError.equals("fail-fast") && !onError.equals("best-effort")) {
            error(
                    problems,
                    node.path() + ".config.onError",
                    "parallel node \"" + node.id() + "\": onError must be fail-fast or best-effort");
        }
    }

    private static void error(Consumer<Problem> problems, String path, String message) {
        problems.accept(new Problem(Severity.ERROR, path, message));
    }
}
