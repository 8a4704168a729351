package io.infloop.workspace.internal.worktree;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.id.Ids;
import io.infloop.core.instance.ServerInstance;
import io.infloop.core.process.ProcessOwner;
import io.infloop.core.process.ProcessSupervisor;
import io.infloop.core.settings.Settings;
import io.infloop.spi.Cancellation;
import io.infloop.spi.workspace.RunWorktrees;
import io.infloop.spi.workspace.WorkspaceRoots;
import io.infloop.workspace.internal.git.Git;
import io.infloop.workspace.internal.git.GitRepository;
import io.infloop.workspace.worktree.TreeKind;
import io.infloop.workspace.worktree.TreeRecord;
import io.infloop.workspace.worktree.TreeState;
import io.infloop.workspace.worktree.Worktrees;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Worktrees by the git program; what is known of them in one file per run. */
@Component(service = Worktrees.class)
public final class GitWorktrees implements Worktrees {
    private static final Logger LOG = LoggerFactory.getLogger(GitWorktrees.class);
    private static final String BUNDLE = "io.infloop.workspace";
    /** Some runs share one; each is held for a moment. */
    private static final int FILE_LOCKS = 64;

    private final ServerInstance instance;
    private final ProcessSupervisor processes;
    private final WorkspaceRoots roots;
    private final AuditLog audit;
    private final Clock clock;
    private final TreeFiles files;
    private final Path dataDirectory;
    private final AtomicLong scratchNumber = new AtomicLong();
    private final List<Object> fileLocks =
            Stream.generate(Object::new).limit(FILE_LOCKS).toList();
    private final RepositoryLocks repositoryLocks = new RepositoryLocks();

    @Activate
    public GitWorktrees(
            @Reference Settings settings,
            @Reference ServerInstance instance,
            @Reference ProcessSupervisor processes,
            @Reference WorkspaceRoots roots,
            @Reference AuditLog audit) {
        this(settings.dataDirectory(), instance, processes, roots, audit, Clock.systemUTC());
    }

    GitWorktrees(
            Path dataDirectory,
            ServerInstance instance,
            ProcessSupervisor processes,
            WorkspaceRoots roots,
            AuditLog audit,
            Clock clock) {
        this.instance = instance;
        this.processes = processes;
        this.roots = roots;
        this.audit = audit;
        this.clock = clock;
        this.files = new TreeFiles(dataDirectory);
        this.dataDirectory = realOrSame(dataDirectory);
    }

    // ---- for the parts of this package

    Git git(Optional<TreeOwner> owner, Cancellation cancellation) {
        return new Git(
                processes.ownLauncherFor(new ProcessOwner(
                        BUNDLE,
                        owner.map(TreeOwner::runId),
                        owner.map(TreeOwner::nodePath),
                        owner.map(TreeOwner::correlationId).filter(Ids::isCorrelationId),
                        cancellation,
                        Optional.of(instance.directory()))),
                instance.directory());
    }

    Path scratch() {
        return instance.directory().resolve("git/scratch-" + scratchNumber.incrementAndGet());
    }

    /** Where the server's own git directory for a tree is, while its run goes on. */
    Path workspace(TreeRecord tree) {
        return instance.directory()
                .resolve("git")
                .resolve(tree.path().getFileName().toString());
    }

    /** Lets a child of another user work in the tree, where it is for one. */
    void handOver(TreeRecord tree) throws IOException {
        if (tree.kind() == TreeKind.GIVEN) {
            TreePlaces.letThrough(tree);
            processes.handOver(tree.path());
        }
    }

    /** From here on what is in the tree stays as it is: git must not be led elsewhere while it reads. */
    void takeBack(TreeRecord tree) throws IOException {
        if (tree.kind() == TreeKind.GIVEN) {
            processes.takeBack(tree.path());
        }
    }

    /** Without links. */
    Path dataDirectory() {
        return dataDirectory;
    }

    private static Path realOrSame(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException missing) {
            return path.toAbsolutePath().normalize();
        }
    }

    WorkspaceRoots roots() {
        return roots;
    }

    RepositoryLocks repositoryLocks() {
        return repositoryLocks;
    }

    long now() {
        return clock.millis();
    }

    Optional<RunTrees> trees(String runId) throws IOException {
        synchronized (lock(runId)) {
            return files.read(runId);
        }
    }

    /** Changes what is known of a run's trees; the file goes when there is nothing left to tell. */
    void update(TreeOwner owner, UnaryOperator<RunTrees> change) throws IOException {
        synchronized (lock(owner.runId())) {
            RunTrees next = change.apply(files.read(owner.runId())
                    .orElseGet(() -> new RunTrees(
                            owner.runId(), owner.workflowId(), owner.correlationId(), instance.id(), List.of())));
            if (next.trees().isEmpty()) {
                files.delete(owner.runId());
            } else {
                files.write(next);
            }
        }
    }

    private Object lock(String runId) {
        return fileLocks.get(Math.floorMod(runId.hashCode(), FILE_LOCKS));
    }

    // ---- during the run

    @Override
    public RunWorktrees forNode(TreeOwner owner, TreeKind kind, Cancellation cancellation, Announcement announcement) {
        return new NodeWorktrees(this, owner, kind, git(Optional.of(owner), cancellation), announcement);
    }

    // ---- at its end

    @Override
    public List<TreeRecord> settle(String runId) throws InterruptedException {
        try {
            Optional<RunTrees> run = trees(runId);
            return run.isPresent() ? settle(run.get()) : List.of();
        } catch (IOException unreadable) {
            LOG.error("the worktrees of run {} are where they were: {}", runId, unreadable.toString());
            return List.of();
        }
    }

    private List<TreeRecord> settle(RunTrees run) throws IOException, InterruptedException {
        for (TreeRecord tree : run.trees()) {
            if (tree.state() != TreeState.ACTIVE) {
                continue;
            }
            TreeOwner owner = owner(run, tree);
            TreeRecord settled;
            try (RepositoryLocks.Held held = repositoryLocks.hold(tree.commonDirectory())) {
                settled = new Settler(git(Optional.of(owner), Cancellation.NEVER), scratch(), this::takeBack)
                        .settle(tree, run, workspace(tree));
            }
            update(
                    owner,
                    trees -> settled.state() == TreeState.CLEAN ? trees.without(settled.id()) : trees.with(settled));
            if (settled.state() == TreeState.PRESERVED || settled.state() == TreeState.LEFT) {
                report("worktree.preserved", Actor.SYSTEM, run, settled);
            }
        }
        return trees(run.runId()).map(RunTrees::trees).orElse(List.of());
    }

    private static TreeOwner owner(RunTrees run, TreeRecord tree) {
        return new TreeOwner(run.runId(), run.workflowId(), run.correlationId(), tree.nodePath());
    }

    @Override
    public void settleAbandoned(Predicate<String> isDead) throws InterruptedException {
        for (String runId : files.runIds()) {
            try {
                Optional<RunTrees> run = trees(runId);
                if (run.isPresent()
                        && run.get().trees().stream().anyMatch(tree -> tree.state() == TreeState.ACTIVE)
                        && isDead.test(run.get().serverInstance())) {
                    settle(run.get());
                }
            } catch (IOException unreadable) {
                LOG.error("the worktrees of run {} are where they were: {}", runId, unreadable.toString());
            }
        }
    }

    private void report(String type, Actor actor, RunTrees run, TreeRecord tree) {
        audit.append(AuditEvent.of(type, actor)
                .outcome(tree.state() == TreeState.LEFT ? AuditEvent.Outcome.ERROR : AuditEvent.Outcome.OK)
                .with("correlationId", Optional.of(run.correlationId()).filter(Ids::isCorrelationId))
                .with("workflowId", run.workflowId())
                .with("runId", run.runId())
                .with("nodePath", tree.nodePath())
                .with("state", tree.state().text())
                .with("repository", tree.repository().toString())
                .with("branch", tree.commit().map(commit -> tree.branch()))
                .with("commit", tree.commit()));
    }

    // ---- afterwards

    @Override
    public List<TreeRecord> of(String workflowId, String runId) {
        return run(workflowId, runId).map(RunTrees::trees).orElse(List.of());
    }

    private Optional<RunTrees> run(String workflowId, String runId) {
        if (!Ids.isRunId(runId)) {
            return Optional.empty();
        }
        try {
            return trees(runId).filter(run -> run.workflowId().equals(workflowId));
        } catch (IOException unreadable) {
            throw new InfloopException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "what is known of the worktrees of run " + runId + " cannot be read: " + unreadable.getMessage(),
                    unreadable);
        }
    }

    /** What a person decides about a tree. */
    private interface Decision {
        TreeRecord on(TreeRecord tree) throws IOException, Branches.RefusedException, InterruptedException;
    }

    private Optional<TreeRecord> decide(
            String type, String workflowId, String runId, String id, Actor actor, Decision decision)
            throws InterruptedException {
        Optional<RunTrees> run = run(workflowId, runId);
        Optional<TreeRecord> found = run.flatMap(trees -> trees.find(id));
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (RepositoryLocks.Held held = repositoryLocks.hold(found.get().commonDirectory())) {
            TreeRecord tree = trees(runId).flatMap(trees -> trees.find(id)).orElse(found.get());
            switch (tree.state()) {
                case ACTIVE ->
                    throw new Branches.RefusedException(
                            "the run still works in it, or its server stopped before it could be kept; decide when the run has"
                                    + " ended");
                case DISCARDED -> throw new Branches.RefusedException("it was discarded already");
                case CLEAN, PRESERVED, LEFT, APPLIED -> {
                    TreeRecord next = decision.on(tree);
                    update(owner(run.get(), next), trees -> trees.with(next));
                    report(type, actor, run.get(), next);
                    return Optional.of(next);
                }
            }
            return Optional.empty();
        } catch (Branches.RefusedException refused) {
            throw new InfloopException(ErrorCode.CONFLICT, refused.getMessage(), refused);
        } catch (IOException failure) {
            throw new InfloopException(ErrorCode.CONFLICT, failure.getMessage(), failure);
        }
    }

    @Override
    public Optional<TreeRecord> keep(String workflowId, String runId, String id, Actor actor)
            throws InterruptedException {
        return decide("worktree.kept", workflowId, runId, id, actor, TreeRecord::keep);
    }

    @Override
    public Optional<TreeRecord> discard(String workflowId, String runId, String id, Actor actor)
            throws InterruptedException {
        return decide("worktree.discarded", workflowId, runId, id, actor, tree -> {
            if (tree.commit().isPresent()) {
                try (Branches branches = branches(tree)) {
                    branches.delete(tree, tree.commit().get());
                }
            }
            TreePlaces.remove(tree);
            return tree.withState(TreeState.DISCARDED, Optional.empty());
        });
    }

    @Override
    public Optional<TreeRecord> apply(String workflowId, String runId, String id, Actor actor)
            throws InterruptedException {
        return decide("worktree.applied", workflowId, runId, id, actor, tree -> {
            if (tree.commit().isEmpty()) {
                throw new Branches.RefusedException("it is not on a branch; its files are in " + tree.path());
            }
            try (Branches branches = branches(tree)) {
                branches.apply(tree.commit().get());
            }
            return tree.withState(TreeState.APPLIED, Optional.empty());
        });
    }

    private Branches branches(TreeRecord tree) throws IOException, Branches.RefusedException, InterruptedException {
        Git git = git(Optional.empty(), Cancellation.NEVER);
        GitRepository repository = GitRepository.around(git, tree.repository());
        if (!repository.commonDirectory().equals(tree.commonDirectory())) {
            throw new Branches.RefusedException("its repository is not the one any more that it was made from");
        }
        TreePlaces.requireAllowed(roots, repository);
        return new Branches(git, repository, scratch());
    }
}
