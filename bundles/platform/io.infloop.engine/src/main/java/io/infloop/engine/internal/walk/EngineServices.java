package io.infloop.engine.internal.walk;

import io.infloop.core.process.ProcessSupervisor;
import io.infloop.core.settings.Settings;
import io.infloop.engine.internal.graph.WorkflowCache;
import io.infloop.host.Contributions;
import io.infloop.spi.workspace.WorkspaceRoots;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * What executing nodes needs of the rest of the server.
 *
 * @param forks runs walks beside their containers, each on a thread of its own
 * @param scratchRoot holds the private directories of node executions
 * @param nanoTime as {@link System#nanoTime()}
 */
public record EngineServices(
        Contributions contributions,
        NodeTypes types,
        WorkflowCache workflows,
        ProcessSupervisor processes,
        WorkspaceRoots workspaceRoots,
        RunTrees trees,
        Settings settings,
        PluginThreads threads,
        LeaseWatch leases,
        Executor forks,
        Path scratchRoot,
        LongSupplier nanoTime) {}
