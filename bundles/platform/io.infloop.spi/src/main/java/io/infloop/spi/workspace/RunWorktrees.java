package io.infloop.spi.workspace;

import io.infloop.spi.process.SandboxDemand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** The git worktrees of one node in one run. Thread-safe. */
@ProviderType
public interface RunWorktrees {
    /**
     * The tree of this node for the repository around a directory: made at the first call, the same one for the rest of the run. Runs
     * git, so it may take a while for a large repository. When the run ends, what was changed in the tree is kept on a branch and the
     * tree is removed; the node has nothing to do for that.
     *
     * @param directory allowed by {@link WorkspaceRoots#directory}
     * @param ref what the tree starts from; empty: the repository's HEAD, or whatever the tree started from when it exists already
     * @throws IOException if it is not in a git repository, the repository reaches beyond the workspace roots, there is no such ref, or
     *     the tree exists and started from another ref; the message says which
     */
    Worktree open(Path directory, Optional<String> ref) throws IOException, InterruptedException;

    /**
     * As {@link #open(Path, Optional)}, for children that are kept apart further than the node itself demands: what a tree shares with
     * its repository is out of reach from within a jail.
     *
     * @param demand of the program that will work in the tree, as its provider declares it
     */
    default Worktree open(Path directory, Optional<String> ref, SandboxDemand demand)
            throws IOException, InterruptedException {
        return open(directory, ref);
    }
}
