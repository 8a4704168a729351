package io.infloop.engine.internal.walk;

import io.infloop.engine.internal.journal.RunMarkers;
import io.infloop.engine.internal.state.RunHeader;
import io.infloop.spi.Cancellation;
import io.infloop.spi.process.SandboxDemand;
import io.infloop.spi.process.SandboxLevel;
import io.infloop.spi.workspace.RunWorktrees;
import io.infloop.spi.workspace.Worktree;
import io.infloop.workspace.worktree.TreeKind;
import io.infloop.workspace.worktree.Worktrees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives nodes their worktrees, and notes each in the marker of its run. Thread-safe. */
public final class RunTrees {
    private static final Logger LOG = LoggerFactory.getLogger(RunTrees.class);

    private final Worktrees worktrees;
    private final RunMarkers markers;
    private final Function<SandboxDemand, SandboxLevel> level;

    /** @param level of children with a demand */
    public RunTrees(Worktrees worktrees, RunMarkers markers, Function<SandboxDemand, SandboxLevel> level) {
        this.worktrees = worktrees;
        this.markers = markers;
        this.level = level;
    }

    /** @param demand of the node */
    RunWorktrees forNode(RunHeader run, String nodePath, SandboxDemand demand, Cancellation cancellation) {
        Worktrees.TreeOwner owner =
                new Worktrees.TreeOwner(run.runId(), run.workflowId(), run.correlationId(), nodePath);
        return new RunWorktrees() {
            @Override
            public Worktree open(Path directory, Optional<String> ref) throws IOException, InterruptedException {
                return open(directory, ref, SandboxDemand.NONE);
            }

            @Override
            public Worktree open(Path directory, Optional<String> ref, SandboxDemand more)
                    throws IOException, InterruptedException {
                return worktrees
                        .forNode(owner, kind(demand.and(more)), cancellation, tree -> note(run.runId(), tree))
                        .open(directory, ref);
            }
        };
    }

    /** What a worktree shares with its repository cannot be seen from within a jail, and is not another user's. */
    private TreeKind kind(SandboxDemand demand) {
        return switch (level.apply(demand)) {
            case OFF, NAMESPACE -> TreeKind.WORKTREE;
            case USER -> TreeKind.GIVEN;
            case JAIL -> TreeKind.CLONE;
        };
    }

    private void note(String runId, Path tree) {
        try {
            markers.addWorktree(runId, tree);
        } catch (IOException unwritable) {
            // Recovery finds the tree in the records of worktrees as well.
            LOG.warn("the marker of run {} does not name its worktree: {}", runId, unwritable.toString());
        }
    }
}
