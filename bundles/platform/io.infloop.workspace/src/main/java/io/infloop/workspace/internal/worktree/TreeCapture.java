package io.infloop.workspace.internal.worktree;

import io.infloop.spi.json.JsonObject;
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
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what somebody did in a tree: the commits on its HEAD, then every file that differs, untracked ones included and ignored ones not.
 * Only plumbing commands, on a git directory of ours: {@code git add} and {@code git status} would run git inside of repositories that
 * were put into the tree, with those repositories' configuration.
 */
final class TreeCapture {
    private static final int MAX_PATHS_LENGTH = 64 * 1024 * 1024;
    private static final long MAX_INDEX_BYTES = 512L * 1024 * 1024;
    private static final Pattern COUNT = Pattern.compile("(\\d+) (file|insertion|deletion)");

    private final Git git;
    private final TreeRecord tree;
    private final SealedDirectory sealed;

    /**
     * What a tree holds.
     *
     * @param head the commit its HEAD is at
     * @param content the tree object of its files
     * @param dirty whether the files differ from head
     * @param changes from the base to the files
     */
    record Content(String head, String content, boolean dirty, JsonObject changes) {}

    private TreeCapture(Git git, TreeRecord tree, SealedDirectory sealed) {
        this.git = git;
        this.tree = tree;
        this.sealed = sealed;
    }

    /** The repository as seen from the tree. */
    static GitRepository repository(TreeRecord tree) {
        Path administration = tree.link().orElseThrow().administration();
        return switch (tree.kind()) {
            case WORKTREE -> new GitRepository(tree.path(), administration, tree.commonDirectory());
            case CLONE, GIVEN -> new GitRepository(tree.path(), administration, administration);
        };
    }

    /**
     * @param workspace the server's git directory for this tree; made if it is not there any more
     * @throws TreeStaysException if the tree is not what it was, or holds what a commit cannot
     */
    static TreeCapture of(Git git, TreeRecord tree, Path workspace) throws IOException, InterruptedException {
        TreePlaces.verify(tree);
        SealedDirectory sealed = Files.isRegularFile(workspace.resolve("config"))
                ? SealedDirectory.existing(workspace)
                : SealedDirectory.apart(git, workspace, repository(tree), tree.base());
        return new TreeCapture(git, tree, sealed);
    }

    SealedDirectory sealed() {
        return sealed;
    }

    Content read() throws IOException, InterruptedException {
        String head = head();
        if (Files.exists(sealed.index())) {
            // Only the index: what the files hold is compared below.
            inTree("read-tree", "-i", "-m", head).run();
        } else {
            inTree("read-tree", head).run();
        }
        refuseInnerRepositories();
        Paths removed = new Paths();
        inTree("diff-files", "--name-only", "--no-ext-diff", "--ignore-submodules=all", "--diff-filter=D")
                .lines(removed)
                .within(Git.LONG)
                .run();
        update(removed, "--force-remove", "--stdin");
        Paths present = new Paths();
        inTree("diff-files", "--name-only", "--no-ext-diff", "--ignore-submodules=all", "--diff-filter=d")
                .lines(present)
                .within(Git.LONG)
                .run();
        inTree("ls-files", "--others", "--exclude-standard")
                .lines(present)
                .within(Git.LONG)
                .run();
        addStaged(head, present);
        update(present, "--add", "--remove", "--replace", "--stdin");
        String content = inTree("write-tree").within(Git.LONG).run().strip();
        String headContent = git.command(sealed, "rev-parse", "--verify", head + "^{tree}")
                .run()
                .strip();
        return new Content(head, content, !content.equals(headContent), changes(content));
    }

    private String head() throws IOException, InterruptedException {
        try {
            sealed.head(GitRepository.head(tree.link().orElseThrow().administration()));
            return git.command(sealed, "rev-parse", "--verify", "HEAD^{commit}")
                    .run()
                    .strip();
        } catch (GitException unresolved) {
            if (unresolved.wasStopped()) {
                throw unresolved;
            }
            throw new TreeStaysException(
                    "its HEAD names no commit (" + unresolved.getMessage() + "); look at it by hand");
        }
    }

    private Git.Command inTree(String... arguments) {
        return git.command(sealed, arguments)
                .environment("GIT_WORK_TREE", tree.path())
                .environment("GIT_INDEX_FILE", sealed.index());
    }

    /** Paths as git prints them, quoted where need be, so that names in any encoding go through unchanged. */
    private static final class Paths implements Consumer<String> {
        private final StringBuilder text = new StringBuilder();
        private String inner = "";
        private boolean overflow;

        @Override
        public void accept(String line) {
            String path = line.endsWith("\n") ? line.substring(0, line.length() - 1) : line;
            if (path.endsWith("/") || path.endsWith("/\"")) {
                inner = path;
            } else if (text.length() + line.length() > MAX_PATHS_LENGTH) {
                overflow = true;
            } else {
                text.append(line);
            }
        }

        String complete() throws TreeStaysException {
            if (!inner.isEmpty()) {
                throw innerRepository(inner);
            }
            if (overflow) {
                throw new TreeStaysException("too many files were changed in it");
            }
            return text.toString();
        }
    }

    private static TreeStaysException innerRepository(String path) {
        return new TreeStaysException("it holds a repository of its own, " + path
                + ", which a commit cannot hold; take from it what you need");
    }

    /** A submodule that somebody filled may hold work, and a commit would name it only. */
    private void refuseInnerRepositories() throws IOException, InterruptedException {
        StringBuilder inner = new StringBuilder();
        inTree("ls-files", "--stage")
                .lines(line -> {
                    int tab = line.indexOf('\t');
                    if (inner.isEmpty() && line.startsWith("160000 ") && tab > 0) {
                        String path = line.substring(tab + 1).strip();
                        if (path.startsWith("\"")
                                || PlainFiles.exists(tree.path().resolve(path).resolve(".git"))) {
                            inner.append(path);
                        }
                    }
                })
                .within(Git.LONG)
                .run();
        if (!inner.isEmpty()) {
            throw innerRepository(inner.toString());
        }
    }

    /** What was staged although it is ignored. */
    private void addStaged(String head, Paths paths) throws IOException, InterruptedException {
        Path theirs = tree.link().orElseThrow().administration().resolve("index");
        if (!PlainFiles.isFile(theirs)) {
            return;
        }
        if (Files.size(theirs) > MAX_INDEX_BYTES) {
            throw new TreeStaysException("its index is larger than the server reads");
        }
        Path copy = sealed.path().resolve("their-index");
        Files.copy(theirs, copy, StandardCopyOption.REPLACE_EXISTING);
        try {
            git.command(
                            sealed,
                            "diff-index",
                            "--cached",
                            "--raw",
                            "--no-ext-diff",
                            "--no-renames",
                            "--diff-filter=A",
                            head)
                    .environment("GIT_INDEX_FILE", copy)
                    .lines(line -> {
                        int tab = line.indexOf('\t');
                        // A submodule is named like a file here.
                        paths.accept(line.startsWith(":000000 160000") ? line.strip() + "/" : line.substring(tab + 1));
                    })
                    .within(Git.LONG)
                    .run();
        } catch (GitException unreadable) {
            if (unreadable.wasStopped()) {
                throw unreadable;
            }
            throw new TreeStaysException("its index cannot be read (" + unreadable.getMessage() + ")");
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    private void update(Paths paths, String... how) throws IOException, InterruptedException {
        String text = paths.complete();
        if (!text.isEmpty()) {
            List<String> command = new ArrayList<>(List.of("update-index"));
            command.addAll(List.of(how));
            inTree(command.toArray(String[]::new)).stdin(text).within(Git.LONG).run();
        }
    }

    private JsonObject changes(String content) throws IOException, InterruptedException {
        String said = git.command(
                        sealed,
                        "diff-tree",
                        "-r",
                        "--shortstat",
                        "--no-ext-diff",
                        "--no-textconv",
                        "--no-renames",
                        tree.base(),
                        content)
                .within(Git.LONG)
                .run();
        JsonObject.Builder changes =
                JsonObject.builder().put("files", 0).put("insertions", 0).put("deletions", 0);
        Matcher counts = COUNT.matcher(said);
        while (counts.find()) {
            changes.put(counts.group(2) + "s", Long.parseLong(counts.group(1)));
        }
        return changes.build();
    }

    /** @return the commit that holds everything: HEAD if nothing else was changed */
    String commit(Content content, String message) throws IOException, InterruptedException {
        return content.dirty()
                ? git.command(sealed, "commit-tree", content.content(), "-p", content.head(), "-m", message)
                        .run()
                        .strip()
                : content.head();
    }
}
