package io.infloop.spi.workspace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The directories the operator opened for work (setting {@code WORKSPACE_ROOTS}). With no roots configured agents and scripts may
 * work in any directory; an execution surface that needs roots must refuse when {@link #isRestricted()} is false. Thread-safe.
 */
@ProviderType
public interface WorkspaceRoots {
    /** Canonical, existing directories in the order configured; empty when unrestricted. */
    List<Path> roots();

    default boolean isRestricted() {
        return !roots().isEmpty();
    }

    /**
     * The canonical form of a directory, after symbolic links, if work is allowed in it. Reads the file system.
     *
     * @throws IOException if it is not absolute, does not exist, is not a directory, or lies outside all roots; the message says
     *     which and what to do
     */
    Path directory(String path) throws IOException;
}
