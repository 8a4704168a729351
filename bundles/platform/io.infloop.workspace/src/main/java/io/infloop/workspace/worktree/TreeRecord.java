package io.infloop.workspace.worktree;

import io.infloop.spi.json.JsonObject;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What is known of one tree.
 *
 * @param id names it within its run; also the last part of its branch's name
 * @param nodePath the node it was made for
 * @param repository top directory of the repository
 * @param commonDirectory where the repository keeps its objects and branches
 * @param path top directory of the tree
 * @param link what connects the tree with the repository, as it was made; empty until it is complete
 * @param ref what it was asked to start from
 * @param base the commit it started from
 * @param branch the branch its changes are, or will be, on
 * @param commit the tip of that branch as the server left it
 * @param changes files, insertions and deletions between base and commit
 * @param reason why it is in its state, where that is not plain
 * @param kept whether somebody decided to keep it
 */
public record TreeRecord(
        String id,
        String nodePath,
        TreeKind kind,
        TreeState state,
        Path repository,
        Path commonDirectory,
        Path path,
        Optional<Link> link,
        String ref,
        String base,
        String branch,
        Optional<String> commit,
        Optional<JsonObject> changes,
        Optional<String> reason,
        boolean kept,
        long createdAt) {

    /**
     * What git wrote when it made a linked worktree. None of it may change.
     *
     * @param administration the tree's directory in the repository
     * @param pointer content of the tree's {@code .git}
     * @param commonPointer content of {@code commondir}
     * @param backPointer content of {@code gitdir}
     */
    public record Link(Path administration, String pointer, String commonPointer, String backPointer) {}

    public TreeRecord withLink(Link made) {
        return new TreeRecord(
                id,
                nodePath,
                kind,
                state,
                repository,
                commonDirectory,
                path,
                Optional.of(made),
                ref,
                base,
                branch,
                commit,
                changes,
                reason,
                kept,
                createdAt);
    }

    public TreeRecord withState(TreeState next, Optional<String> why) {
        return new TreeRecord(
                id,
                nodePath,
                kind,
                next,
                repository,
                commonDirectory,
                path,
                link,
                ref,
                base,
                branch,
                commit,
                changes,
                why,
                kept,
                createdAt);
    }

    public TreeRecord preserved(String onBranch, String at, JsonObject difference) {
        return new TreeRecord(
                id,
                nodePath,
                kind,
                TreeState.PRESERVED,
                repository,
                commonDirectory,
                path,
                link,
                ref,
                base,
                onBranch,
                Optional.of(at),
                Optional.of(difference),
                Optional.empty(),
                kept,
                createdAt);
    }

    public TreeRecord keep() {
        return new TreeRecord(
                id,
                nodePath,
                kind,
                state,
                repository,
                commonDirectory,
                path,
                link,
                ref,
                base,
                branch,
                commit,
                changes,
                reason,
                true,
                createdAt);
    }

    /** As events, records and the API show it. */
    public JsonObject toJson() {
        JsonObject.Builder json = JsonObject.builder()
                .put("id", id)
                .put("nodeId", nodePath)
                .put("state", state.text())
                .put("repository", repository.toString())
                .put("path", path.toString())
                .put("base", base);
        if (commit.isPresent() || state == TreeState.ACTIVE) {
            json.put("branch", branch);
        }
        return json.putIfPresent("commit", commit)
                .putIfPresent("changes", changes)
                .putIfPresent("reason", reason)
                .put("kept", kept)
                .put("createdAt", createdAt)
                .build();
    }
}
