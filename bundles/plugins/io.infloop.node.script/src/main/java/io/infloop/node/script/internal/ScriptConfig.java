package io.infloop.node.script.internal;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The configuration of one script node, checked.
 *
 * @param arguments of run, in order
 * @param outputs names the script may set
 */
record ScriptConfig(
        String language,
        String code,
        List<String> arguments,
        List<String> outputs,
        Optional<String> cwd,
        long timeoutMs) {
    private static final long TIMEOUT_DEFAULT_MS = 60_000;

    static ScriptConfig read(JsonObject config) throws InvalidConfigException {
        String language = config.string("language").orElse("");
        if (language.equals("ts")) {
            throw new InvalidConfigException(
                    "language ts needs a JavaScript runtime, which is not in this version; write the script in py");
        }
        if (!language.equals("py")) {
            throw new InvalidConfigException("language must be py");
        }
        return new ScriptConfig(
                language,
                config.string("code").orElseThrow(() -> new InvalidConfigException("code must be a text")),
                arguments(config),
                outputs(config),
                cwd(config),
                timeoutMs(config));
    }

    private static List<String> arguments(JsonObject config) throws InvalidConfigException {
        Object value = config.get("inputs");
        if (value == null) {
            return List.of();
        }
        JsonObject inputs =
                config.object("inputs").orElseThrow(() -> new InvalidConfigException("inputs must be an object"));
        List<String> arguments = new ArrayList<>();
        for (Object input : inputs.asMap().values()) {
            arguments.add(input == null ? "" : input instanceof String text ? text : Json.write(input));
        }
        return arguments;
    }

    private static List<String> outputs(JsonObject config) throws InvalidConfigException {
        Object value = config.get("outputs");
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> elements && elements.stream().allMatch(String.class::isInstance)) {
            return elements.stream().map(String.class::cast).distinct().toList();
        }
        throw new InvalidConfigException("outputs must be an array of names");
    }

    private static Optional<String> cwd(JsonObject config) throws InvalidConfigException {
        Object value = config.get("cwd");
        if (value == null || value instanceof String text && text.isBlank()) {
            return Optional.empty();
        }
        return Optional.of(config.string("cwd").orElseThrow(() -> new InvalidConfigException("cwd must be a path")));
    }

    private static long timeoutMs(JsonObject config) throws InvalidConfigException {
        if (config.get("timeoutMs") == null) {
            return TIMEOUT_DEFAULT_MS;
        }
        long millis = config.number("timeoutMs")
                .orElseThrow(() -> new InvalidConfigException("timeoutMs must be a number of milliseconds"))
                .longValue();
        return millis < 0 ? TIMEOUT_DEFAULT_MS : millis;
    }

    String argumentsJson() {
        return Json.write(arguments);
    }
}
