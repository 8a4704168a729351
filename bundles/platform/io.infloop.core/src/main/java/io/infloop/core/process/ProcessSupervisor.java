package io.infloop.core.process;

import io.infloop.spi.process.ProcessLauncher;
import io.infloop.spi.process.SandboxDemand;
import io.infloop.spi.process.SandboxLevel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

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

    /** The level that a child with this demand is kept at. A demand that cannot be met counts as the strongest level there is. */
    default SandboxLevel sandboxLevel(SandboxDemand demand) {
        return sandboxLevel();
    }

    /**
     * Where the private directory of a child with this demand has to be made, because the child is another user's; empty if it can be
     * in the server's own directory.
     *
     * @throws IOException if there is no such place; a sentence
     */
    default Optional<Path> placeFor(SandboxDemand demand) throws IOException {
        return Optional.empty();
    }

    /**
     * Gives a directory tree that was made for children to the user as whom they run. To be taken back before the server works in it.
     *
     * @throws IOException if that user could exchange it under the server's hands, or children run as no other user; a sentence
     */
    default void handOver(Path tree) throws IOException {
        throw new IOException("children run as no other user here");
    }

    /** Takes back what was handed over: afterwards nobody else decides what is in it. Does nothing where that is not needed. */
    default void takeBack(Path tree) throws IOException {}

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
