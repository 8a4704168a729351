package io.infloop.engine.internal.testing;

import io.infloop.core.audit.Actor;
import io.infloop.spi.Cancellation;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.workspace.RunWorktrees;
import io.infloop.spi.workspace.Worktree;
import io.infloop.workspace.worktree.TreeKind;
import io.infloop.workspace.worktree.TreeRecord;
import io.infloop.workspace.worktree.TreeState;
import io.infloop.workspace.worktree.Worktrees;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** Worktrees that exist on paper. */
public final class FakeWorktrees implements Worktrees {
    public final List<String> settled = new CopyOnWriteArrayList<>();
    public final Map<String, TreeState> outcomes = new ConcurrentHashMap<>();
    /** Of the trees that were made. */
    public final List<TreeKind> kinds = new CopyOnWriteArrayList<>();
    /** What was asked about servers that died. */
    public final List<Predicate<String>> abandoned = new CopyOnWriteArrayList<>();

    @Override
    public RunWorktrees forNode(TreeOwner owner, TreeKind kind, Cancellation cancellation, Announcement announcement) {
        return (directory, ref) -> {
            Path tree = directory.resolve(owner.nodePath());
            announcement.made(tree);
            kinds.add(kind);
            outcomes.put(owner.runId(), TreeState.PRESERVED);
            return new Tree(tree);
        };
    }

    @Override
    public List<TreeRecord> settle(String runId) {
        settled.add(runId);
        return Optional.ofNullable(outcomes.get(runId)).map(FakeWorktrees::tree).stream()
                .toList();
    }

    private static TreeRecord tree(TreeState state) {
        return new TreeRecord(
                "n",
                "n",
                TreeKind.WORKTREE,
                state,
                Path.of("/repo"),
                Path.of("/repo/.git"),
                Path.of("/repo/tree"),
                Optional.empty(),
                "HEAD",
                "abc",
                "infloop/12345678/n",
                Optional.of("def"),
                Optional.empty(),
                state == TreeState.LEFT ? Optional.of("it resists") : Optional.empty(),
                false,
                1);
    }

    @Override
    public void settleAbandoned(Predicate<String> isDead) {
        abandoned.add(isDead);
    }

    @Override
    public List<TreeRecord> of(String workflowId, String runId) {
        return List.of();
    }

    @Override
    public Optional<TreeRecord> keep(String workflowId, String runId, String id, Actor actor) {
        return Optional.empty();
    }

    @Override
    public Optional<TreeRecord> discard(String workflowId, String runId, String id, Actor actor) {
        return Optional.empty();
    }

    @Override
    public Optional<TreeRecord> apply(String workflowId, String runId, String id, Actor actor) {
        return Optional.empty();
    }

    private record Tree(Path root) implements Worktree {
        @Override
        public Path directory() {
            return root;
        }

        @Override
        public String baseCommit() {
            return "abc";
        }

        @Override
        public String branch() {
            return "infloop/12345678/n";
        }

        @Override
        public Optional<JsonObject> changes() {
            return Optional.empty();
        }
    }
}
