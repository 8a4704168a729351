package io.infloop.workspace.internal.worktree;

import io.infloop.workspace.internal.git.Git;
import io.infloop.workspace.internal.git.GitException;
import io.infloop.workspace.internal.git.GitRepository;
import io.infloop.workspace.internal.git.PlainFiles;
import io.infloop.workspace.worktree.TreeKind;
import io.infloop.workspace.worktree.TreeRecord;
import io.infloop.workspace.worktree.TreeState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends trees: what is in them goes to a branch first. */
final class Settler {
    private static final Logger LOG = LoggerFactory.getLogger(Settler.class);

    private final Git git;
    private final Path scratch;
    private final TakingBack takingBack;

    /** Makes a tree the server's again. */
    @FunctionalInterface
    interface TakingBack {
        void takeBack(TreeRecord tree) throws IOException;
    }

    /** @param scratch for git directories of ours */
    Settler(Git git, Path scratch, TakingBack takingBack) {
        this.git = git;
        this.scratch = scratch;
        this.takingBack = takingBack;
    }

    /**
     * The record as it is afterwards; still active if the server is about to stop, so that the next one does it.
     *
     * @param workspace the server's git directory of this tree, which may not be there; gone afterwards unless the tree is still active
     */
    TreeRecord settle(TreeRecord tree, RunTrees run, Path workspace) throws InterruptedException {
        TreeRecord settled;
        try {
            takingBack.takeBack(tree);
            settled = tree.link().isEmpty() ? incomplete(tree) : complete(tree, run, workspace);
        } catch (GitException failure) {
            if (failure.wasStopped()) {
                LOG.warn("the worktree {} is not settled yet: {}", tree.path(), failure.getMessage());
                return tree;
            }
            settled = left(tree, failure.getMessage());
        } catch (IOException | UncheckedIOException failure) {
            settled = left(tree, message(failure));
        } catch (RuntimeException defect) {
            LOG.error("the worktree {} could not be settled", tree.path(), defect);
            settled = left(tree, "the server met a defect");
        }
        try {
            PlainFiles.deleteTree(workspace);
        } catch (IOException stays) {
            LOG.warn("a git directory of the server stays: {}", stays.toString());
        }
        return settled;
    }

    private static String message(Exception failure) {
        return failure instanceof TreeStaysException ? failure.getMessage() : failure.toString();
    }

    private static TreeRecord left(TreeRecord tree, String why) {
        LOG.warn("the worktree {} stays where it is: {}", tree.path(), why);
        return tree.withState(TreeState.LEFT, Optional.of(why));
    }

    /** The server ended while it made the tree, so no node has seen it. */
    private static TreeRecord incomplete(TreeRecord tree) throws IOException {
        TreePlaces.remove(tree);
        return tree.withState(TreeState.CLEAN, Optional.empty());
    }

    private TreeRecord complete(TreeRecord tree, RunTrees run, Path workspace)
            throws IOException, InterruptedException {
        TreeCapture capture = TreeCapture.of(git, tree, workspace);
        TreeCapture.Content content = capture.read();
        String commit = capture.commit(content, message(tree, run));
        TreeRecord settled = tree.withState(TreeState.CLEAN, Optional.empty());
        if (!commit.equals(tree.base())) {
            String branch = publish(tree, capture, commit);
            settled = tree.preserved(branch, commit, content.changes());
        }
        return removed(settled);
    }

    private String publish(TreeRecord tree, TreeCapture capture, String commit)
            throws IOException, InterruptedException {
        GitRepository repository = GitRepository.around(git, tree.repository());
        if (!repository.commonDirectory().equals(tree.commonDirectory())) {
            throw new TreeStaysException("its repository is not the one any more that it was made from");
        }
        try (Branches branches = new Branches(git, repository, scratch)) {
            return branches.publish(capture.sealed(), commit, tree.branch(), tree.kind() != TreeKind.WORKTREE);
        }
    }

    /** Its content is safe by now, so a tree that cannot be removed is only untidy. */
    private static TreeRecord removed(TreeRecord settled) {
        try {
            TreePlaces.remove(settled);
            return settled;
        } catch (IOException stays) {
            LOG.warn("the worktree {} could not be removed: {}", settled.path(), stays.toString());
            String reason = "the directory " + settled.path() + " could not be removed: " + stays.getMessage();
            return settled.withState(
                    settled.state() == TreeState.CLEAN ? TreeState.LEFT : settled.state(), Optional.of(reason));
        }
    }

    private static String message(TreeRecord tree, RunTrees run) {
        return "Work of node " + tree.nodePath().replaceAll("\\p{Cntrl}", " ") + "\n\nInfloop-Run: " + run.runId()
                + "\nInfloop-Workflow: " + run.workflowId() + "\nInfloop-Correlation: " + run.correlationId() + "\n";
    }
}
