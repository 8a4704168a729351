package io.infloop.core.internal.settings;

/** {@code INFLOOP_SANDBOX_REQUIRED}: the isolation of children below which nothing is run. */
public enum SandboxRequired {
    OFF,
    USER,
    NAMESPACE,
    JAIL
}
