package io.infloop.workspace.worktree;

import io.infloop.core.audit.Actor;
import io.infloop.spi.Cancellation;
import io.infloop.spi.workspace.RunWorktrees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Git worktrees of runs. What an agent did in one is never thrown away unless a person says so: when its run ends it goes to a branch,
 * or stays where it is. Git is run so that nothing an agent can write, no configuration, hook, filter or {@code .git} file, makes it
 * run a program. Thread-safe; an OSGi service of workspace.
 */
@ProviderType
public interface Worktrees {
    /** For whom a tree is made. */
    record TreeOwner(String runId, String workflowId, String correlationId, String nodePath) {}

    /** Told the place of a tree before it is made, so that it can be found after a crash. */
    @FunctionalInterface
    interface Announcement {
        void made(Path tree) throws IOException;
    }

    /** The worktrees of a node. Does no I/O. */
    RunWorktrees forNode(TreeOwner owner, TreeKind kind, Cancellation cancellation, Announcement announcement);

    /**
     * Ends all trees of a run whose nodes have ended: changed ones go to a branch, unchanged ones are removed, and what cannot be put on
     * a branch stays where it is. Idempotent. Runs git, so it may take a while; never throws for a tree that resists.
     *
     * @return the trees that are worth mentioning: all but those without changes
     */
    List<TreeRecord> settle(String runId) throws InterruptedException;

    /** Settles the trees that servers left behind. @param isDead whether the server of that id is gone, with its children */
    void settleAbandoned(Predicate<String> isDead) throws InterruptedException;

    /** The trees of a run, oldest first; empty if there is nothing to tell. Reads a file. */
    List<TreeRecord> of(String workflowId, String runId);

    /** @throws io.infloop.core.error.InfloopException {@code CONFLICT} if it is gone already */
    Optional<TreeRecord> keep(String workflowId, String runId, String id, Actor actor) throws InterruptedException;

    /**
     * Deletes the branch, or the tree where there is none.
     *
     * @throws io.infloop.core.error.InfloopException {@code CONFLICT} if the run goes on, the branch has moved or is checked out
     */
    Optional<TreeRecord> discard(String workflowId, String runId, String id, Actor actor) throws InterruptedException;

    /**
     * Merges the branch into the working tree and the index of the repository, without committing.
     *
     * @throws io.infloop.core.error.InfloopException {@code CONFLICT} if the working tree is not clean, or the merge would conflict;
     *     nothing is changed then
     */
    Optional<TreeRecord> apply(String workflowId, String runId, String id, Actor actor) throws InterruptedException;
}
