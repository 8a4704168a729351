package io.infloop.core.process;

import io.infloop.spi.process.ProcessLauncher;

/** Makes launchers for runs. Thread-safe; an OSGi service of core. */
public interface ProcessSupervisor {
    /** A launcher whose children belong to {@code owner}. */
    ProcessLauncher launcherFor(ProcessOwner owner);

    /** Children that are alive. */
    int childCount();
}
