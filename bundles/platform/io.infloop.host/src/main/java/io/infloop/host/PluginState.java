package io.infloop.host;

import java.util.Locale;

/** What became of a plugin. */
public enum PluginState {
    /** Serving. */
    ACTIVE,
    /** Serving, instead of the shipped plugin of the same id. */
    OVERRIDES_SHIPPED,
    /** Shipped, and replaced by an operator's file. */
    OVERRIDDEN,
    /** Replaced by a newer version, finishing the calls that began on it. */
    RETIRING,
    /** Admitted, but not serving; the reason says what it waits for. */
    WAITING,
    /** Refused or failed; the reason says why. A previous version, if there was one, still serves. */
    FAILED,
    /** A second file with the id of one that serves. */
    DUPLICATE;

    /** As in the API: {@code overrides shipped}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
