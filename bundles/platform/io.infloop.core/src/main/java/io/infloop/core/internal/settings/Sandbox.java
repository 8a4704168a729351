package io.infloop.core.internal.settings;

/** {@code INFLOOP_SANDBOX}: the isolation of children that is wished for. */
public enum Sandbox {
    AUTO,
    JAIL,
    NAMESPACE,
    USER,
    OFF
}
