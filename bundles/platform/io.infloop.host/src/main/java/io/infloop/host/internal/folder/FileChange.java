package io.infloop.host.internal.folder;

import java.nio.file.Path;

/** Something that happened to a file in a plugin folder. */
public sealed interface FileChange {
    Path file();

    /** New or changed, and at rest. */
    record Found(PluginFolder folder, Path file) implements FileChange {}

    /**
     * There, and not to be opened.
     *
     * @param reason one sentence with the fix
     */
    record Refused(Path file, String reason) implements FileChange {}

    record Gone(Path file) implements FileChange {}
}
