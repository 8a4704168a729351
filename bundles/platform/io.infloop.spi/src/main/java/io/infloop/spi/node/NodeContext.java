package io.infloop.spi.node;

import io.infloop.spi.Cancellation;
import io.infloop.spi.journal.NodeJournal;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.process.ProcessLauncher;
import io.infloop.spi.workspace.RunWorktrees;
import io.infloop.spi.workspace.WorkspaceRoots;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.osgi.annotation.versioning.ProviderType;

/** What a node sees while it executes. Valid until {@link NodeType#execute} returns; thread-safe. */
@ProviderType
public interface NodeContext {
    /** The node's id in its workflow. */
    String nodeId();

    /** The node's id qualified by the subworkflow nodes around it, {@code sub-1/agent-1}; unique in the run. */
    String nodePath();

    RunInfo run();

    /** The node's configuration, templates resolved. Not checked against the schema: say what is wrong with it. */
    JsonObject config();

    /** The outputs so far by node id, with {@code inputs}, {@code globals} and {@code run}: a snapshot taken at the call. */
    JsonObject scope();

    /** The outputs of the node from which the walk came here; empty at the beginning of a walk. */
    Optional<JsonObject> previousOutputs();

    /** The iteration of the nearest loop, from 1. */
    OptionalInt iteration();

    Cancellation cancellation();

    NodeJournal journal();

    /** Launches children that belong to this node and are stopped with the run. */
    ProcessLauncher processes();

    WorkspaceRoots workspaceRoots();

    /** Git worktrees for this node; empty where the server makes none. */
    default Optional<RunWorktrees> worktrees() {
        return Optional.empty();
    }

    Agents agents();

    Subworkflows subworkflows();

    /** The children of this node; empty unless the type is a container. */
    Optional<Body> body();

    /**
     * A private, empty directory for this execution, removed when the node has returned.
     *
     * @throws IOException if it cannot be made
     */
    Path scratchDirectory() throws IOException;

    /**
     * The server's settings for interpreters: {@code python}, {@code bun}; the configured program or the conventional name.
     *
     * @throws IllegalArgumentException for any other name
     */
    String interpreter(String name);
}
