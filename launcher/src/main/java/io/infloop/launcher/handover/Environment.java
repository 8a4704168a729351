package io.infloop.launcher.handover;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The variables of the start script. Holds secrets: never printed.
 *
 * @param variables complete, the API token included
 */
public record Environment(Map<String, String> variables) {
    public static final String API_TOKEN = "INFLOOP_API_TOKEN";
    public static final String DATA_DIRECTORY = "INFLOOP_DATA_DIR";

    public Environment {
        variables = Map.copyOf(variables);
    }

    /** The value of a variable that is set and not blank. */
    public Optional<String> get(String name) {
        return Optional.ofNullable(variables.get(name)).filter(value -> !value.isBlank());
    }

    /** {@code INFLOOP_DATA_DIR}, default {@code ~/.infinite-loop}; absolute. */
    public Path dataDirectory() {
        return get(DATA_DIRECTORY)
                .map(Path::of)
                .orElseGet(() -> Path.of(get("HOME").orElse(System.getProperty("user.home")), ".infinite-loop"))
                .toAbsolutePath()
                .normalize();
    }

    @Override
    public String toString() {
        return "Environment[" + variables.size() + " variables]";
    }
}
