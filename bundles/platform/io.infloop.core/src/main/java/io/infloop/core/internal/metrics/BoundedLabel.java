package io.infloop.core.internal.metrics;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps the values of a label few: node types and handles may come from plugins, and each new value is a new series for ever. */
final class BoundedLabel {
    static final String OTHER = "other";

    private final int most;
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    BoundedLabel(int most) {
        this.most = most;
    }

    /** The value itself, or {@code other} when there have been too many or it is no short word. */
    String of(Object value) {
        if (!(value instanceof String text) || text.isEmpty() || text.length() > 60) {
            return OTHER;
        }
        if (known.contains(text)) {
            return text;
        }
        return known.size() < most && known.add(text) ? text : OTHER;
    }
}
