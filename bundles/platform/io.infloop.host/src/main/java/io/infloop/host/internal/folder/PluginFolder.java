package io.infloop.host.internal.folder;

import io.infloop.host.internal.manifest.ManifestKind;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A folder in which an operator puts plugins.
 *
 * @param manifests what all manifests in it are; empty for the folder that takes jars, and manifests that say what they are
 */
public record PluginFolder(Path path, Optional<ManifestKind> manifests) {
    /** Whether a file of that name can be a plugin. */
    boolean accepts(String name) {
        if (name.startsWith(".") || name.endsWith(".tmp") || name.endsWith(".hermes.local.json")) {
            return false;
        }
        return name.endsWith(".json") || (manifests.isEmpty() && name.endsWith(".jar"));
    }
}
