package io.infloop.core.internal.settings;

import java.util.List;
import java.util.Optional;

/** Finds the setting that a misspelt variable probably means. */
final class NearestName {
    private NearestName() {}

    /** The known name that looks most like this one, unless none does. */
    static Optional<String> of(String name) {
        List<String> sorted = SettingCatalogue.ALL.stream()
                .filter(setting -> !setting.isPrefix())
                .map(Setting::name)
                .sorted()
                .toList();
        String best = null;
        int bestDistance = Math.max(3, name.length() / 3);
        for (String candidate : sorted) {
            int distance = distance(name, candidate);
            if (distance < bestDistance) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Levenshtein's distance. */
    private static int distance(String from, String to) {
        int[] previous = new int[to.length() + 1];
        for (int column = 0; column <= to.length(); column++) {
            previous[column] = column;
        }
        for (int row = 1; row <= from.length(); row++) {
            int[] current = new int[to.length() + 1];
            current[0] = row;
            for (int column = 1; column <= to.length(); column++) {
                int replace = previous[column - 1] + (from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1);
                current[column] = Math.min(replace, Math.min(previous[column], current[column - 1]) + 1);
            }
            previous = current;
        }
        return previous[to.length()];
    }
}
