package io.infloop.spi.json;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads objects that people write: a member that nobody knows is refused, because what is ignored is a check that does not happen. */
public final class Members {
    private static final int MAX_COMPARED = 64;

    private Members() {}

    /**
     * Refuses members that are not known.
     *
     * @param path of the object with a dot at its end, or empty: {@code signature.timestamp.}
     * @throws IllegalArgumentException with the member's path, and the known name that is nearest
     */
    public static void onlyKnown(JsonObject object, String path, Set<String> known) {
        for (String name : object.asMap().keySet()) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(path + name + ": unknown member; "
                        + nearest(name, known)
                                .map(meant -> "did you mean \"" + meant + "\"?")
                                .orElseGet(() -> "known here: " + String.join(", ", new TreeSet<>(known))));
            }
        }
    }

    /** The known name that differs least, when it differs by little. */
    public static Optional<String> nearest(String name, Collection<String> known) {
        if (name.length() > MAX_COMPARED) {
            return Optional.empty();
        }
        String best = "";
        int least = Integer.MAX_VALUE;
        for (String candidate : new TreeSet<>(known)) {
            int distance = distance(name.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (distance < least) {
                least = distance;
                best = candidate;
            }
        }
        return least <= Math.max(1, name.length() / 3) ? Optional.of(best) : Optional.empty();
    }

    /** Levenshtein's distance. */
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
