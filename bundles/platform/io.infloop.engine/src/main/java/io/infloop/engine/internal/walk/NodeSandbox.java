package io.infloop.engine.internal.walk;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.process.SandboxDemand;
import io.infloop.spi.process.SandboxLevel;
import java.util.List;
import java.util.Optional;

/**
 * What a node of any type may say of the isolation of its children: {@code sandbox}, {@code sandboxRequired} and
 * {@code egressAllowlist}.
 *
 * @param egressAllowlist empty if it declares none, which is not the same as an empty list
 */
record NodeSandbox(SandboxDemand demand, Optional<List<String>> egressAllowlist) {
    private static final int MOST_HOSTS = 200;

    /**
     * Reads it from a configuration.
     *
     * @throws IllegalArgumentException if something is misspelt: a protection that was asked for and not understood must not be left
     *     out; the message is a sentence
     */
    static NodeSandbox of(JsonObject config) {
        return new NodeSandbox(
                new SandboxDemand(level(config, "sandbox"), level(config, "sandboxRequired")), hosts(config));
    }

    private static SandboxLevel level(JsonObject config, String name) {
        Object value = config.get(name);
        if (value == null || value.equals("")) {
            return SandboxLevel.OFF;
        }
        return Optional.of(value)
                .filter(String.class::isInstance)
                .flatMap(text -> SandboxLevel.named((String) text))
                .filter(level -> level != SandboxLevel.OFF)
                .orElseThrow(() -> new IllegalArgumentException(name
                        + ": expected jail, namespace or user, or nothing for what the server does anyway; a node can ask"
                        + " for more isolation, never for less"));
    }

    private static Optional<List<String>> hosts(JsonObject config) {
        Object value = config.get("egressAllowlist");
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof List<?> elements
                && elements.size() <= MOST_HOSTS
                && elements.stream().allMatch(String.class::isInstance)) {
            return Optional.of(elements.stream().map(String.class::cast).toList());
        }
        throw new IllegalArgumentException("egressAllowlist: expected an array of at most " + MOST_HOSTS
                + " hosts such as api.acme.example or *.acme.example");
    }
}
