package io.infloop.core.process;

import io.infloop.spi.process.ProcessLauncher;

/** Makes launchers for runs. Thread-safe; an OSGi service of core. */
public interface ProcessSupervisor {
    /** A launcher whose children belong to {@code owner}. */
    ProcessLauncher launcherFor(ProcessOwner owner);

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
