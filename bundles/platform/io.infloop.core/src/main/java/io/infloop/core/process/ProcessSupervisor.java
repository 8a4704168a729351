package io.infloop.core.process;

import io.infloop.spi.process.ProcessLauncher;
import io.infloop.spi.process.SandboxLevel;

/** Makes launchers for runs. Thread-safe; an OSGi service of core. */
public interface ProcessSupervisor {
    /** A launcher whose children belong to {@code owner}. */
    ProcessLauncher launcherFor(ProcessOwner owner);

    /**
     * A launcher for the server's own tools, whose whole command line the server decides, such as its Git. They work on the server's
     * files, so neither a jail nor another user keeps them apart from these; the end of all descendants is still made sure of where
     * this machine can.
     */
    default ProcessLauncher ownLauncherFor(ProcessOwner owner) {
        return launcherFor(owner);
    }

    /** The level that every other child is kept at, at least. */
    default SandboxLevel sandboxLevel() {
        return SandboxLevel.OFF;
    }

    /**
     * Ends the children that dead servers left behind on this data directory; those of living servers are not touched. Done at start
     * already; to be repeated before the runs of a server that died meanwhile are settled. May take some seconds.
     *
     * @return how many were ended
     */
    int reapOrphans();

    /** Children that are alive. */
    int childCount();
}
