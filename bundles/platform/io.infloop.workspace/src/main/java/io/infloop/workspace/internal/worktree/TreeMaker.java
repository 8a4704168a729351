package io.infloop.workspace.internal.worktree;

import io.infloop.workspace.internal.git.Git;
import io.infloop.workspace.internal.git.GitException;
import io.infloop.workspace.internal.git.GitRepository;
import io.infloop.workspace.internal.git.PlainFiles;
import io.infloop.workspace.internal.git.SealedDirectory;
import io.infloop.workspace.worktree.TreeRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Makes trees. */
final class TreeMaker {
    private final Git git;

    TreeMaker(Git git) {
        this.git = git;
    }

    /** The commit that a ref names now. @param workspace for git directories of ours; the one made here is gone afterwards */
    String resolve(GitRepository repository, String ref, Path workspace) throws IOException, InterruptedException {
        SealedDirectory sealed = SealedDirectory.over(git, workspace, repository, repository.head());
        try {
            if (ref.startsWith("-") || ref.chars().anyMatch(Character::isISOControl)) {
                throw failed(ref, "not a name that a ref can have");
            }
            String commit = git.command(sealed, "rev-parse", "--verify", ref + "^{commit}")
                    .run()
                    .strip();
            if (!GitRepository.COMMIT.matcher(commit).matches()) {
                throw failed(ref, "not a commit");
            }
            return commit;
        } catch (GitException unknown) {
            if (unknown.wasStopped()) {
                throw unknown;
            }
            throw failed(ref, unknown.getMessage());
        } finally {
            PlainFiles.deleteTree(workspace);
        }
    }

    static IOException failed(String ref, String detail) {
        return new IOException("git worktree add failed for ref \"" + ref + "\": " + detail);
    }

    /**
     * Makes the tree on disk.
     *
     * @param workspace becomes the server's own git directory for it
     * @return the record with what links it
     */
    TreeRecord make(TreeRecord planned, GitRepository repository, Path workspace)
            throws IOException, InterruptedException {
        try {
            return switch (planned.kind()) {
                case WORKTREE -> linked(planned, repository, workspace);
                case CLONE, GIVEN -> cloned(planned, repository, workspace);
            };
        } catch (GitException failure) {
            if (failure.wasStopped()) {
                throw failure;
            }
            throw failed(planned.ref(), failure.getMessage());
        }
    }

    private TreeRecord linked(TreeRecord planned, GitRepository repository, Path workspace)
            throws IOException, InterruptedException {
        // The files are not written here: this command reads the repository's own configuration, with its filters.
        git.command(
                        "worktree",
                        "add",
                        "--detach",
                        "--no-checkout",
                        planned.path().toString(),
                        planned.base())
                .environment("GIT_DIR", repository.gitDirectory())
                .run();
        TreeRecord made = planned.withLink(TreePlaces.link(planned.path(), repository.commonDirectory()));
        checkout(made, workspace);
        return made;
    }

    private TreeRecord cloned(TreeRecord planned, GitRepository repository, Path workspace)
            throws IOException, InterruptedException {
        Path clone = planned.path();
        SealedDirectory source = SealedDirectory.over(git, workspace, repository, repository.head());
        try {
            String format = planned.base().length() == 64 ? "sha256" : "sha1";
            git.command("init", "--quiet", "--object-format=" + format, clone.toString())
                    .run();
            // What a clone does, from a directory that answers for the repository, so nothing is shared and nothing is
            // run.
            git.command(
                            "fetch",
                            "--quiet",
                            "--no-tags",
                            "--no-write-fetch-head",
                            "--no-recurse-submodules",
                            source.path().toString(),
                            "+refs/heads/*:refs/remotes/origin/*",
                            planned.base())
                    .environment("GIT_DIR", clone.resolve(".git"))
                    .within(Git.LONG)
                    .run();
            if (PlainFiles.isFile(source.path().resolve("shallow"))) {
                PlainFiles.copy(source.path().resolve("shallow"), clone.resolve(".git/shallow"), 4 * 1024 * 1024);
            }
            git.command("update-ref", "--no-deref", "HEAD", planned.base())
                    .environment("GIT_DIR", clone.resolve(".git"))
                    .run();
            for (String[] identity :
                    new String[][] {{"user.name", "Infinite Loop agent"}, {"user.email", "agent@localhost"}}) {
                git.command("config", "--file", clone.resolve(".git/config").toString(), identity[0], identity[1])
                        .run();
            }
        } finally {
            PlainFiles.deleteTree(workspace);
        }
        TreeRecord made = planned.withLink(new TreeRecord.Link(clone.resolve(".git"), "", "", ""));
        checkout(made, workspace);
        return made;
    }

    /** Writes the files with git's own means only: no filter that the repository names is known here. */
    private void checkout(TreeRecord tree, Path workspace) throws IOException, InterruptedException {
        Path administration = tree.link().orElseThrow().administration();
        SealedDirectory sealed = SealedDirectory.apart(git, workspace, TreeCapture.repository(tree), tree.base());
        git.command(sealed, "read-tree", "--reset", "-u", tree.base())
                .environment("GIT_WORK_TREE", tree.path())
                .environment("GIT_INDEX_FILE", administration.resolve("index"))
                .within(Git.LONG)
                .run();
        // What is in our copy nobody else has touched: it spares reading all files again.
        Files.copy(administration.resolve("index"), sealed.index(), StandardCopyOption.REPLACE_EXISTING);
    }
}
