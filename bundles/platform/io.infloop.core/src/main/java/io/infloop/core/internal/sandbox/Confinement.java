package io.infloop.core.internal.sandbox;

import io.infloop.spi.process.SandboxLevel;
import io.infloop.spi.process.SpawnException;
import java.util.List;
import java.util.Optional;

/** How children of one level are started. Immutable. */
public interface Confinement {
    SandboxLevel level();

    /**
     * The command that runs the child confined, without what every level has in front of it.
     *
     * @throws SpawnException if this child cannot be confined like that
     */
    List<String> command(Launch launch) throws SpawnException;

    /**
     * Makes the child's directories ready for it; each call that returns is followed by one of {@link #finished}.
     *
     * @throws SpawnException if they cannot be
     */
    default void prepare(Launch launch) throws SpawnException {}

    /** The child has ended and whatever it left was looked for. Problems are logged. */
    default void finished(Launch launch) {}

    /**
     * Whether the process that is started is only the keeper of the child: its first descendant in a session of its own is the child.
     */
    boolean hasKeeper();

    /** Whether the keeper, unless it is killed, ends only when nothing of the child is left. */
    default boolean waitsForAll() {
        return hasKeeper();
    }

    /** A sentence for a person whose program failed, if these words on its error output come from the confinement. */
    default Optional<String> explain(String stderr) {
        return Optional.empty();
    }
}
