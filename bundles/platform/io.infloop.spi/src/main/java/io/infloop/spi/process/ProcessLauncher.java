package io.infloop.spi.process;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The only way to run a program. The server resolves the executable, builds the environment from its allow-list, starts the child
 * in a session of its own, bounds its output, stops it with all its descendants and writes the audit line.
 *
 * <p>Inside a node or an agent run take the launcher of the context: its children belong to the run and are stopped with it. As an
 * OSGi service the launcher is scoped to the asking bundle, for work outside of runs.
 */
@ProviderType
public interface ProcessLauncher {
    /**
     * Starts a child and returns at once.
     *
     * @throws SpawnException if the executable is not found or not executable, the directory is not allowed, or a policy refuses it
     */
    SupervisedProcess start(ProcessSpec spec) throws SpawnException;

    /**
     * Starts a child and waits until it has ended and all its output is read. If the calling thread is interrupted, the child and
     * its descendants are stopped first.
     */
    default ProcessExit run(ProcessSpec spec) throws SpawnException, InterruptedException {
        return start(spec).await();
    }
}
