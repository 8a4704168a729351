package io.infloop.host;

/** A call into a plugin failed; the message names the plugin and says how. */
public final class PluginCallException extends Exception {
    private static final long serialVersionUID = 1L;

    public PluginCallException(String message, Throwable cause) {
        super(message, cause);
    }
}
