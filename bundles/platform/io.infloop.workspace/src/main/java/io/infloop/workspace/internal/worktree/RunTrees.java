package io.infloop.workspace.internal.worktree;

import io.infloop.core.id.Ids;
import io.infloop.spi.json.JsonObject;
import io.infloop.workspace.worktree.TreeKind;
import io.infloop.workspace.worktree.TreeRecord;
import io.infloop.workspace.worktree.TreeState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All trees of a run, and whose run it is. Immutable. */
record RunTrees(String runId, String workflowId, String correlationId, String serverInstance, List<TreeRecord> trees) {

    RunTrees {
        trees = List.copyOf(trees);
    }

    Optional<TreeRecord> find(String id) {
        return trees.stream().filter(tree -> tree.id().equals(id)).findFirst();
    }

    /** Replaces the tree of that id, or adds it. */
    RunTrees with(TreeRecord tree) {
        List<TreeRecord> next = new ArrayList<>(trees);
        next.replaceAll(old -> old.id().equals(tree.id()) ? tree : old);
        if (find(tree.id()).isEmpty()) {
            next.add(tree);
        }
        return new RunTrees(runId, workflowId, correlationId, serverInstance, next);
    }

    RunTrees without(String id) {
        return new RunTrees(
                runId,
                workflowId,
                correlationId,
                serverInstance,
                trees.stream().filter(tree -> !tree.id().equals(id)).toList());
    }

    JsonObject toJson() {
        return JsonObject.builder()
                .put("runId", runId)
                .put("workflowId", workflowId)
                .put("correlationId", correlationId)
                .put("serverInstance", serverInstance)
                .put("trees", trees.stream().map(RunTrees::treeJson).toList())
                .build();
    }

    private static JsonObject treeJson(TreeRecord tree) {
        JsonObject.Builder json = tree.toJson().toBuilder()
                .put("kind", tree.kind().name())
                .put("commonDirectory", tree.commonDirectory().toString())
                .put("ref", tree.ref())
                .put("branch", tree.branch());
        tree.link()
                .ifPresent(link -> json.put(
                        "link",
                        JsonObject.builder()
                                .put("administration", link.administration().toString())
                                .put("pointer", link.pointer())
                                .put("commonPointer", link.commonPointer())
                                .put("backPointer", link.backPointer())
                                .build()));
        return json.build();
    }

    static Optional<RunTrees> read(JsonObject json) {
        Optional<String> runId = json.string("runId").filter(Ids::isRunId);
        if (runId.isEmpty()) {
            return Optional.empty();
        }
        List<TreeRecord> trees = json.array("trees").orElse(List.of()).stream()
                .filter(JsonObject.class::isInstance)
                .map(JsonObject.class::cast)
                .map(RunTrees::tree)
                .toList();
        return Optional.of(new RunTrees(
                runId.get(),
                json.string("workflowId").orElse(""),
                json.string("correlationId").orElse(""),
                json.string("serverInstance").orElse(""),
                trees));
    }

    private static TreeRecord tree(JsonObject json) {
        return new TreeRecord(
                text(json, "id"),
                text(json, "nodeId"),
                TreeKind.valueOf(text(json, "kind")),
                TreeState.of(text(json, "state")).orElseThrow(IllegalArgumentException::new),
                Path.of(text(json, "repository")),
                Path.of(text(json, "commonDirectory")),
                Path.of(text(json, "path")),
                json.object("link")
                        .map(link -> new TreeRecord.Link(
                                Path.of(text(link, "administration")),
                                text(link, "pointer"),
                                text(link, "commonPointer"),
                                text(link, "backPointer"))),
                text(json, "ref"),
                text(json, "base"),
                text(json, "branch"),
                json.string("commit"),
                json.object("changes"),
                json.string("reason"),
                json.bool("kept").orElse(false),
                json.number("createdAt").map(Number::longValue).orElse(0L));
    }

    private static String text(JsonObject json, String name) {
        return json.string(name).orElseThrow(() -> new IllegalArgumentException(name + " is missing"));
    }
}
