package io.infloop.spi.process;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How far a child is kept apart from the machine and from the server, weakest first; each protects more than those before it. */
public enum SandboxLevel {
    /** A session of its own and a scrubbed environment; descendants are found by scanning, as well as that can be done. */
    OFF,
    /** Another user than the server's: its memory, files and signals are out of reach. */
    USER,
    /** A process namespace: other processes are invisible and every descendant dies with the child; the data directory is hidden. */
    NAMESPACE,
    /** A file system of its own, private process table, no network but the egress proxy. */
    JAIL;

    /** The level of that name, as in {@code jail}; empty for any other text. */
    public static Optional<SandboxLevel> named(String name) {
        return Arrays.stream(values()).filter(level -> level.id().equals(name)).findFirst();
    }

    /** The name for settings, manifests and people. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    public boolean isAtLeast(SandboxLevel other) {
        return compareTo(other) >= 0;
    }

    public SandboxLevel strongerOf(SandboxLevel other) {
        return isAtLeast(other) ? this : other;
    }
}
