package io.infloop.host;

import java.io.IOException;
import java.io.InputStream;

/**
 * Takes plugins that arrive over the network and puts them where an operator would: into the folder for plugins, where they are checked
 * and started like any other file. Thread-safe; an OSGi service of host.
 */
public interface PluginUploads {
    /**
     * Writes the content to a private file as it arrives, with little memory, and moves it into the folder in one step. Blocks while
     * the sender sends; leaves nothing behind if it is refused or breaks off.
     *
     * @param name of the file in the folder
     * @param content read to its end, or to its bound; not closed
     * @param replace whether a file of that name with other content may go
     * @throws IOException if the content cannot be read
     */
    Outcome put(String name, InputStream content, boolean replace) throws IOException;

    /** What came of an upload. */
    sealed interface Outcome {
        /**
         * The file is in the folder; whether it becomes a plugin is told by {@link Plugins}.
         *
         * @param sha256 of the content, in hex
         * @param bytes of the content
         */
        record Stored(String name, String sha256, long bytes, Change change) implements Outcome {}

        /** Nothing has changed. @param sentence what is wrong and what to do */
        record Refused(Why why, String sentence) implements Outcome {}
    }

    /** What an upload did to the folder. */
    enum Change {
        ADDED,
        REPLACED,
        /** The very content was there already. */
        UNCHANGED
    }

    /** Why an upload was refused. */
    enum Why {
        BAD_NAME,
        EMPTY,
        TOO_LARGE,
        /** There is something else of that name. */
        OCCUPIED,
        /** The disk or the folder does not take it. */
        UNWRITABLE
    }
}
