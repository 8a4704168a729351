package io.infloop.engine.internal.walk;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.process.SandboxDemand;
import io.infloop.spi.process.SandboxLevel;

/** What a node of any type may say of the isolation of its children: {@code sandbox} and {@code sandboxRequired}. */
final class NodeSandbox {
    private NodeSandbox() {}

    /** A value that is no level asks for the strongest: who misspells a protection must not run without it. */
    static SandboxDemand of(JsonObject config) {
        return new SandboxDemand(level(config, "sandbox"), level(config, "sandboxRequired"));
    }

    private static SandboxLevel level(JsonObject config, String name) {
        Object value = config.get(name);
        if (value == null || value.equals("")) {
            return SandboxLevel.OFF;
        }
        return value instanceof String text ? SandboxLevel.named(text).orElse(SandboxLevel.JAIL) : SandboxLevel.JAIL;
    }
}
