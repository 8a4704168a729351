package io.infloop.spi.node;

import java.util.List;
import java.util.OptionalInt;
import org.osgi.annotation.versioning.ProviderType;

/** The child nodes of a container, or another workflow: a graph the node can walk, as often as it likes. */
@ProviderType
public interface Body {
    /** Ids of the children that no other child leads to, in document order. */
    List<String> entries();

    /** True when there are no children. */
    boolean isEmpty();

    /**
     * Walks on the calling thread, in the scope that the container itself sees, until the walk ends. Cancellation of the run ends
     * it soon.
     *
     * @param entry the child to begin at
     * @param iteration the number given to the nodes' events, from 1; empty outside of loops
     */
    WalkReport walk(String entry, OptionalInt iteration) throws InterruptedException;

    /**
     * Starts a walk beside the calling thread, in a copy of the scope: it sees what the container sees and nothing of its siblings.
     */
    ForkedWalk fork(String entry);
}
