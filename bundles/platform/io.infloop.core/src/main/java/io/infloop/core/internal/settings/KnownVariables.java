package io.infloop.core.internal.settings;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The names of all variables that mean something, to catch misspelt ones. */
final class KnownVariables {
    static final String PROVIDER_BINARY_PREFIX = "INFLOOP_PROVIDER_BIN_";
    private static final Set<String> NAMES = Set.of(
            "INFLOOP_API_TOKEN",
            "INFLOOP_API_TOKEN_FILE",
            "INFLOOP_ALLOW_INSECURE",
            "INFLOOP_DATA_DIR",
            "INFLOOP_WORKFLOWS_DIR",
            "INFLOOP_LIBRARY_DIR",
            "INFLOOP_TRIGGERS_DIR",
            "INFLOOP_CONNECTIONS_DIR",
            "INFLOOP_RUNS_DIR",
            "INFLOOP_PLUGINS_DIR",
            "INFLOOP_PROVIDERS_DIR",
            "INFLOOP_WEBHOOK_PLUGINS_DIR",
            "INFLOOP_RUN_HISTORY_LIMIT",
            "INFLOOP_CLAUDE_BIN",
            "INFLOOP_PYTHON_BIN",
            "INFLOOP_BUN_BIN",
            "INFLOOP_WEBHOOK_RATE_LIMIT",
            "INFLOOP_LOGIN_RATE_LIMIT",
            "INFLOOP_CHILD_ENV_PASSTHROUGH",
            "INFLOOP_EGRESS_ENFORCE",
            "INFLOOP_MAX_CONCURRENT_RUNS",
            "INFLOOP_QUEUE_MAX",
            "INFLOOP_MAX_RUN_NODE_EXECUTIONS",
            "INFLOOP_MAX_RUN_DURATION_MS",
            "INFLOOP_MAX_RUN_COST_USD",
            "INFLOOP_MAX_TOTAL_COST_USD",
            "INFLOOP_AUDIT_MAX_BYTES",
            "INFLOOP_AUDIT_MAX_FILES",
            "INFLOOP_AUDIT_KEY_FILE",
            "INFLOOP_PLUGIN_GRACE",
            "INFLOOP_SANDBOX",
            "INFLOOP_SANDBOX_REQUIRED",
            "INFLOOP_STRICT",
            "INFLOOP_HOME",
            "INFLOOP_JAVA",
            "INFLOOP_JAVA_OPTS");

    private KnownVariables() {}

    static boolean isKnown(String name) {
        return NAMES.contains(name)
                || (name.startsWith(PROVIDER_BINARY_PREFIX) && name.length() > PROVIDER_BINARY_PREFIX.length());
    }

    /** The known name that looks most like this one, unless none does. */
    static Optional<String> nearest(String name) {
        List<String> sorted = NAMES.stream().sorted().toList();
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
