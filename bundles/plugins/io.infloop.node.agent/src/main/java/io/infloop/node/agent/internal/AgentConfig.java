package io.infloop.node.agent.internal;

import io.infloop.spi.json.JsonObject;
import java.time.Duration;
import java.util.Optional;

/** The configuration of one agent node, checked. */
record AgentConfig(
        String providerId,
        String prompt,
        Optional<String> cwd,
        Duration timeout,
        Optional<String> profile,
        Optional<String> agent,
        boolean skipPermissions,
        boolean useWorktree,
        Optional<String> worktreeRef) {

    static AgentConfig read(JsonObject config) throws InvalidConfigException {
        return new AgentConfig(
                text(config, "providerId").orElseThrow(() -> new InvalidConfigException("providerId is missing")),
                text(config, "prompt").orElseThrow(() -> new InvalidConfigException("prompt is empty")),
                text(config, "cwd"),
                timeout(config),
                text(config, "profile"),
                text(config, "agent"),
                flag(config, "skipPermissions"),
                flag(config, "useWorktree"),
                text(config, "worktreeRef"));
    }

    /** Blank counts as absent: that is what an empty field of a form means. */
    private static Optional<String> text(JsonObject config, String name) throws InvalidConfigException {
        Object value = config.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof String text) {
            return text.isBlank() ? Optional.empty() : Optional.of(text);
        }
        throw new InvalidConfigException(name + " must be a text");
    }

    private static boolean flag(JsonObject config, String name) throws InvalidConfigException {
        Object value = config.get(name);
        if (value == null) {
            return false;
        }
        return config.bool(name).orElseThrow(() -> new InvalidConfigException(name + " must be true or false"));
    }

    private static Duration timeout(JsonObject config) throws InvalidConfigException {
        Object value = config.get("timeoutMs");
        if (value == null) {
            return Duration.ZERO;
        }
        long millis = config.number("timeoutMs")
                .orElseThrow(() -> new InvalidConfigException("timeoutMs must be a number of milliseconds"))
                .longValue();
        return Duration.ofMillis(Math.max(0, millis));
    }
}
