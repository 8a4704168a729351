package io.infloop.spi.journal;

import io.infloop.spi.json.JsonObject;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Where a running node says what happens. Everything goes, in order, to the run's journal and to everybody who watches the run.
 * Thread-safe; calls do not wait for a slow watcher. Per node the journal takes a bounded number of bytes, says so when the
 * bound is hit and drops the rest. Calls after the node has finished are ignored.
 */
@ProviderType
public interface NodeJournal {
    /** A piece of output as it arrives: any length, newlines included. */
    void stdout(String chunk);

    /** A piece of error output; shown apart from {@link #stdout}. */
    void stderr(String chunk);

    /** One line from the node itself to the person watching, e.g. {@code [permissions] …}; not part of the node's output. */
    void notice(String line);

    /**
     * An event of the plugin's own.
     *
     * @param type {@code <plugin id>.<event>}, e.g. {@code acme.uploaded}; the server's own types are refused
     * @throws IllegalArgumentException if the type is not of that form
     */
    void event(String type, JsonObject fields);
}
