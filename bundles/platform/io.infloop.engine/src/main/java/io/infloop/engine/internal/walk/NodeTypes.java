package io.infloop.engine.internal.walk;

import io.infloop.host.Contributions;
import io.infloop.spi.node.NodeDescriptor;
import io.infloop.spi.node.NodeType;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The node types of this moment, and which there have been. Thread-safe. */
public final class NodeTypes {
    private static final int MAX_REMEMBERED = 10_000;

    private final Contributions contributions;
    private final Set<String> seen = ConcurrentHashMap.newKeySet();

    public NodeTypes(Contributions contributions) {
        this.contributions = contributions;
    }

    public Optional<Contributions.Entry<NodeType>> find(String id) {
        Optional<Contributions.Entry<NodeType>> entry = contributions.find(NodeType.class, id);
        if (entry.isPresent() && seen.size() < MAX_REMEMBERED) {
            seen.add(id);
        }
        return entry;
    }

    public Optional<NodeDescriptor> descriptor(String id) {
        return find(id).map(entry -> entry.descriptorAs(NodeDescriptor.class));
    }

    /** Notes the types of this moment, so that one that goes away is not taken for one that never was. */
    public void remember() {
        contributions.all(NodeType.class).forEach(entry -> {
            if (seen.size() < MAX_REMEMBERED) {
                seen.add(entry.id());
            }
        });
    }

    /** Whether a plugin has offered this type since the server started. */
    public boolean hasBeenSeen(String id) {
        return seen.contains(id);
    }

    /** Handles of direct children that mean something to a container of this type. */
    public Set<String> bodySignals(String id) {
        return descriptor(id)
                .flatMap(NodeDescriptor::container)
                .map(container -> container.bodySignals().keySet())
                .orElse(Set.of());
    }

    /** A type that only annotates the canvas: nothing leads in or out. */
    public boolean isAnnotation(String id) {
        return descriptor(id)
                .map(descriptor ->
                        !descriptor.acceptsInput() && descriptor.handles().isEmpty())
                .orElse(id.equals("sidenote"));
    }
}
