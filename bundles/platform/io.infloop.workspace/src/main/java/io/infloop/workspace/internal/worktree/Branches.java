package io.infloop.workspace.internal.worktree;

import io.infloop.workspace.internal.git.Git;
import io.infloop.workspace.internal.git.GitException;
import io.infloop.workspace.internal.git.GitRepository;
import io.infloop.workspace.internal.git.PlainFiles;
import io.infloop.workspace.internal.git.SealedDirectory;
import io.infloop.workspace.worktree.TreeRecord;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The branches {@code infloop/<run>/<node>} of a repository: made, deleted, merged. */
final class Branches implements AutoCloseable {
    private static final int ATTEMPTS = 50;
    private static final List<String> UNFINISHED = List.of(
            "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "BISECT_LOG", "rebase-merge", "rebase-apply", "sequencer");

    private final Git git;
    private final GitRepository repository;
    private final SealedDirectory sealed;

    /** Something of the repository's state forbids what was asked; nothing was changed. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    /** @param workspace for a git directory of ours, gone after {@link #close} */
    Branches(Git git, GitRepository repository, Path workspace) throws IOException, InterruptedException {
        this.git = git;
        this.repository = repository;
        this.sealed = SealedDirectory.over(git, workspace, repository, repository.head());
    }

    static String reference(String branch) {
        return "refs/heads/" + branch;
    }

    /**
     * Takes a commit over and names it; an existing branch is never moved.
     *
     * @param check whether what comes is looked at closely, because it stems from a jail
     * @return the name of the branch
     */
    String publish(SealedDirectory from, String commit, String branch, boolean check)
            throws IOException, InterruptedException {
        git.command(
                        sealed,
                        "-c",
                        "fetch.fsckObjects=" + check,
                        "fetch",
                        "--quiet",
                        "--no-tags",
                        "--no-write-fetch-head",
                        "--no-recurse-submodules",
                        from.path().toString(),
                        commit)
                .within(Git.LONG)
                .run();
        GitException last = null;
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            String name = attempt == 1 ? branch : branch + "-" + attempt;
            try {
                git.command(sealed, "update-ref", reference(name), commit, "0".repeat(commit.length()))
                        .run();
                return name;
            } catch (GitException taken) {
                if (taken.wasStopped()) {
                    throw taken;
                }
                last = taken;
            }
        }
        throw new TreeStaysException("no branch could be made for it: "
                + Optional.ofNullable(last).map(Throwable::getMessage).orElse(""));
    }

    /** Deletes the branch if it is where it was left. */
    void delete(TreeRecord tree, String commit) throws IOException, RefusedException, InterruptedException {
        Optional<String> now = tip(tree.branch());
        if (now.isEmpty()) {
            return;
        }
        if (!now.get().equals(commit)) {
            throw new RefusedException("the branch " + tree.branch()
                    + " has moved since the run, so somebody works with it; delete it with git if you are sure");
        }
        for (Path head : heads()) {
            if (PlainFiles.read(head, 1024)
                    .filter(text -> text.strip().equals("ref: " + reference(tree.branch())))
                    .isPresent()) {
                throw new RefusedException(
                        "the branch " + tree.branch() + " is checked out; check out another one first");
            }
        }
        try {
            git.command(sealed, "update-ref", "-d", reference(tree.branch()), commit)
                    .run();
        } catch (GitException failure) {
            throw new RefusedException(
                    "the branch " + tree.branch() + " could not be deleted: " + failure.getMessage());
        }
    }

    /** The commit a branch is at. */
    Optional<String> tip(String branch) throws InterruptedException, IOException {
        try {
            return Optional.of(git.command(sealed, "rev-parse", "--verify", "--quiet", reference(branch))
                    .run()
                    .strip());
        } catch (GitException failure) {
            if (failure.exitCode() == 1) {
                return Optional.empty();
            }
            throw failure;
        }
    }

    private List<Path> heads() throws IOException {
        List<Path> heads = new ArrayList<>(List.of(repository.commonDirectory().resolve("HEAD")));
        Path linked = repository.commonDirectory().resolve("worktrees");
        if (PlainFiles.isDirectory(linked)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(linked)) {
                entries.forEach(entry -> heads.add(entry.resolve("HEAD")));
            }
        }
        return heads;
    }

    /** Merges a commit into the working tree and the index, as {@code git merge --squash} does, or changes nothing. */
    void apply(String commit) throws IOException, RefusedException, InterruptedException {
        requireClean();
        String merged = merged(commit);
        try {
            onRepository("read-tree", "-m", "-u", "HEAD", merged)
                    .within(Git.LONG)
                    .run();
        } catch (GitException refused) {
            throw new RefusedException("git did not touch the working tree: " + refused.getMessage());
        }
    }

    private Git.Command onRepository(String... arguments) {
        return git.command(sealed, arguments)
                .environment("GIT_WORK_TREE", repository.root())
                .environment("GIT_INDEX_FILE", repository.gitDirectory().resolve("index"));
    }

    private void requireClean() throws IOException, RefusedException, InterruptedException {
        for (String name : UNFINISHED) {
            if (PlainFiles.exists(repository.gitDirectory().resolve(name))) {
                throw new RefusedException("a merge, rebase or the like is under way in " + repository.root()
                        + "; finish or abort it first");
            }
        }
        if (repository.isSparse(git)) {
            throw new RefusedException("only a part of " + repository.root()
                    + " is checked out, which the server does not merge into; merge the branch with git");
        }
        try {
            onRepository("update-index", "-q", "--refresh", "--ignore-submodules")
                    .within(Git.LONG)
                    .run();
        } catch (GitException changed) {
            if (changed.exitCode() != 1) {
                throw new RefusedException(
                        "the index of " + repository.root() + " cannot be used: " + changed.getMessage());
            }
        }
        StringBuilder changed = new StringBuilder();
        onRepository("diff-index", "--name-only", "--no-ext-diff", "--ignore-submodules=all", "HEAD")
                .lines(line -> {
                    if (changed.length() < 200) {
                        changed.append(changed.isEmpty() ? "" : ", ").append(line.strip());
                    }
                })
                .within(Git.LONG)
                .run();
        if (!changed.isEmpty()) {
            throw new RefusedException("the working tree " + repository.root() + " has changes that are not committed ("
                    + changed + "); commit or stash them first");
        }
    }

    /** The tree object of both together. */
    private String merged(String commit) throws IOException, RefusedException, InterruptedException {
        try {
            String said = git.command(
                            sealed, "merge-tree", "--write-tree", "--name-only", "--no-messages", "HEAD", commit)
                    .within(Git.LONG)
                    .run();
            return said.lines().findFirst().orElseThrow(() -> new IOException("git merged into nothing"));
        } catch (GitException failure) {
            if (failure.exitCode() == 1) {
                throw new RefusedException("the branch conflicts with what is checked out in " + repository.root()
                        + "; merge it with git, where you can resolve the conflicts");
            }
            throw new RefusedException("git could not merge (" + failure.getMessage()
                    + "); git 2.38 or newer is needed, or merge by hand");
        }
    }

    @Override
    public void close() throws IOException {
        PlainFiles.deleteTree(sealed.path());
    }
}
