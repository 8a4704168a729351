package io.infloop.core.internal.sandbox;

import io.infloop.spi.process.SandboxLevel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the operator wants.
 *
 * @param level the level that all children get if the machine can do it; empty: the machine's best below the jail that ordinary
 *     programs do not notice
 * @param required below it nothing is run; {@link SandboxLevel#OFF} for no requirement
 * @param user who runs the children at level {@link SandboxLevel#USER}
 * @param hidden what children must not see where they have a mount namespace: the data directory first, then single files
 */
public record SandboxSettings(Optional<SandboxLevel> level, SandboxLevel required, String user, List<Path> hidden) {
    /** The name that {@link #user} has unless the operator chose another. */
    public static final String DEFAULT_USER = "infloop-agent";

    public SandboxSettings {
        hidden = List.copyOf(hidden);
    }

    /** The defaults, with the data directory to hide. */
    public static SandboxSettings auto(Path dataDirectory) {
        return new SandboxSettings(Optional.empty(), SandboxLevel.OFF, DEFAULT_USER, List.of(dataDirectory));
    }

    /** Children with a session and a scrubbed environment, no more. */
    public static SandboxSettings off() {
        return new SandboxSettings(Optional.of(SandboxLevel.OFF), SandboxLevel.OFF, DEFAULT_USER, List.of());
    }
}
