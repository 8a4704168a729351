package io.infloop.ingress.internal;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The places that templates look at, as a tree of names. Immutable once built. */
final class WantedPaths {
    private final Map<String, WantedPaths> children = new HashMap<>();
    private boolean whole;

    private WantedPaths() {}

    /** @param paths as in templates, names joined by dots */
    static WantedPaths of(Collection<String> paths) {
        WantedPaths root = new WantedPaths();
        for (String path : paths) {
            WantedPaths place = root;
            for (String name : path.split("\\.", -1)) {
                place = place.children.computeIfAbsent(name, key -> new WantedPaths());
            }
            place.whole = true;
        }
        return root;
    }

    /** What is wanted below a name; empty if nothing is. */
    Optional<WantedPaths> child(String name) {
        return Optional.ofNullable(children.get(name));
    }

    /** Whether everything here is wanted, and not only some of the names below. */
    boolean isWhole() {
        return whole;
    }
}
