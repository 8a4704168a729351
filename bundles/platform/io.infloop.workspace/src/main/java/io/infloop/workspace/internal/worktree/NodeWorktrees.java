package io.infloop.workspace.internal.worktree;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.workspace.RunWorktrees;
import io.infloop.spi.workspace.Worktree;
import io.infloop.workspace.internal.git.Git;
import io.infloop.workspace.internal.git.GitRepository;
import io.infloop.workspace.internal.git.PlainFiles;
import io.infloop.workspace.worktree.TreeKind;
import io.infloop.workspace.worktree.TreeRecord;
import io.infloop.workspace.worktree.TreeState;
import io.infloop.workspace.worktree.Worktrees.Announcement;
import io.infloop.workspace.worktree.Worktrees.TreeOwner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The worktrees of one node: one per repository for as long as the run goes on. */
final class NodeWorktrees implements RunWorktrees {
    private static final Logger LOG = LoggerFactory.getLogger(NodeWorktrees.class);

    private final GitWorktrees worktrees;
    private final TreeOwner owner;
    private final TreeKind kind;
    private final Git git;
    private final Announcement announcement;

    NodeWorktrees(GitWorktrees worktrees, TreeOwner owner, TreeKind kind, Git git, Announcement announcement) {
        this.worktrees = worktrees;
        this.owner = owner;
        this.kind = kind;
        this.git = git;
        this.announcement = announcement;
    }

    @Override
    public Worktree open(Path directory, Optional<String> ref) throws IOException, InterruptedException {
        GitRepository repository = GitRepository.around(git, directory);
        TreePlaces.requireAllowed(worktrees.roots(), repository);
        Optional<String> wanted = ref.map(String::strip).filter(text -> !text.isEmpty());
        TreeRecord tree;
        try (RepositoryLocks.Held held = worktrees.repositoryLocks().hold(repository.commonDirectory())) {
            Optional<TreeRecord> existing = existing(repository);
            if (existing.isPresent()
                    && wanted.filter(text -> !text.equals(existing.get().ref())).isPresent()) {
                throw new IOException("a worktree of node \"" + owner.nodePath() + "\" already exists at \""
                        + existing.get().ref() + "\"; cannot rebase it to \"" + wanted.get() + "\" mid-run");
            }
            tree = existing.isPresent() ? existing.get() : make(repository, wanted.orElse("HEAD"));
            // Where it is another user's, nobody looks into it before it is back.
            worktrees.takeBack(tree);
            Path inside = inside(tree, repository, directory);
            worktrees.handOver(tree);
            return new Opened(tree, inside);
        }
    }

    private Optional<TreeRecord> existing(GitRepository repository) throws IOException {
        return worktrees.trees(owner.runId()).stream()
                .flatMap(run -> run.trees().stream())
                .filter(tree -> tree.state() == TreeState.ACTIVE
                        && tree.link().isPresent()
                        && tree.nodePath().equals(owner.nodePath())
                        && tree.repository().equals(repository.root()))
                .findFirst();
    }

    private TreeRecord make(GitRepository repository, String ref) throws IOException, InterruptedException {
        TreeMaker maker = new TreeMaker(git);
        String base = maker.resolve(repository, ref, worktrees.scratch());
        Path place = TreePlaces.prepare(repository, owner.runId(), owner.nodePath());
        String id = freeId();
        TreeRecord planned = new TreeRecord(
                id,
                owner.nodePath(),
                kindFor(repository),
                TreeState.ACTIVE,
                repository.root(),
                repository.commonDirectory(),
                place,
                Optional.empty(),
                ref,
                base,
                "infloop/" + TreePlaces.shortRun(owner.runId()) + "/" + id,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                worktrees.now());
        // Found after a crash at any moment from here on.
        worktrees.update(owner, trees -> trees.with(planned));
        try {
            announcement.made(place);
            TreeRecord made = maker.make(planned, repository, worktrees.workspace(planned));
            worktrees.update(owner, trees -> trees.with(made));
            return made;
        } catch (IOException | InterruptedException | RuntimeException failure) {
            forget(planned);
            throw failure;
        }
    }

    /** In the data directory a child sees its own tree only, so this must not need the repository. */
    private TreeKind kindFor(GitRepository repository) {
        boolean hidden = repository.commonDirectory().startsWith(worktrees.dataDirectory());
        return kind == TreeKind.WORKTREE && hidden ? TreeKind.CLONE : kind;
    }

    private String freeId() throws IOException {
        List<TreeRecord> taken =
                worktrees.trees(owner.runId()).map(RunTrees::trees).orElse(List.of());
        String name = TreePlaces.name(owner.nodePath());
        String id = name;
        for (int number = 2; ; number++) {
            String candidate = id;
            if (taken.stream().noneMatch(tree -> tree.id().equals(candidate))) {
                return id;
            }
            id = name + "-" + number;
        }
    }

    /** Nobody has worked in it. */
    private void forget(TreeRecord planned) {
        try {
            TreePlaces.remove(planned);
            PlainFiles.deleteTree(worktrees.workspace(planned));
            worktrees.update(owner, trees -> trees.without(planned.id()));
        } catch (IOException stays) {
            LOG.warn("an unfinished worktree is left to the end of its run: {}", stays.toString());
        }
    }

    private static Path inside(TreeRecord tree, GitRepository repository, Path directory) throws IOException {
        Path inside = tree.path()
                .resolve(repository.root().relativize(directory.toRealPath()).toString());
        if (!Files.isDirectory(inside) || !inside.toRealPath().startsWith(tree.path())) {
            throw new IOException("the directory " + repository.root().relativize(directory.toRealPath())
                    + " is not in \"" + tree.ref() + "\"; commit it, or name another worktreeRef");
        }
        return inside;
    }

    private final class Opened implements Worktree {
        private final TreeRecord tree;
        private final Path directory;

        private Opened(TreeRecord tree, Path directory) {
            this.tree = tree;
            this.directory = directory;
        }

        @Override
        public Path root() {
            return tree.path();
        }

        @Override
        public Path directory() {
            return directory;
        }

        @Override
        public String baseCommit() {
            return tree.base();
        }

        @Override
        public String branch() {
            return tree.branch();
        }

        @Override
        public Optional<JsonObject> changes() throws InterruptedException {
            try (RepositoryLocks.Held held = worktrees.repositoryLocks().hold(tree.commonDirectory())) {
                worktrees.takeBack(tree);
                return Optional.of(TreeCapture.of(git, tree, worktrees.workspace(tree))
                        .read()
                        .changes());
            } catch (IOException unknown) {
                LOG.info("what was changed in {} cannot be told yet: {}", tree.path(), unknown.getMessage());
                return Optional.empty();
            }
        }
    }
}
