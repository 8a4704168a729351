package io.infloop.core.internal.settings;

/** What may be said of the API token. */
public enum TokenState {
    UNSET,
    SHORT,
    SET
}
