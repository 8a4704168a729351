package io.infloop.workspace.internal;

import io.infloop.core.settings.Settings;
import io.infloop.spi.workspace.WorkspaceRoots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The roots of the setting {@code WORKSPACE_ROOTS}. They are resolved at each use: a root that is mounted later counts from then
 * on, and one that is missing opens nothing, above all not everything.
 */
@Component(service = WorkspaceRoots.class)
public final class ConfiguredWorkspaceRoots implements WorkspaceRoots {
    private static final Logger LOG = LoggerFactory.getLogger(ConfiguredWorkspaceRoots.class);

    private final List<Path> configured;

    @Activate
    public ConfiguredWorkspaceRoots(@Reference Settings settings) {
        this.configured = List.copyOf(settings.workspaceRoots());
        for (Path root : configured) {
            if (!root.isAbsolute()) {
                LOG.warn("WORKSPACE_ROOTS: '{}' is not absolute and opens nothing; write the full path", root);
            } else if (!Files.isDirectory(root)) {
                LOG.warn("WORKSPACE_ROOTS: '{}' is not a directory and opens nothing until it is one", root);
            }
        }
    }

    @Override
    public List<Path> roots() {
        List<Path> roots = new ArrayList<>();
        for (Path root : configured) {
            if (root.isAbsolute() && Files.isDirectory(root)) {
                try {
                    Path real = root.toRealPath();
                    if (!roots.contains(real)) {
                        roots.add(real);
                    }
                } catch (IOException gone) {
                    LOG.debug("workspace root {} went away", root, gone);
                }
            }
        }
        return List.copyOf(roots);
    }

    /** True as soon as roots are configured, even if none of them exists. */
    @Override
    public boolean isRestricted() {
        return !configured.isEmpty();
    }

    @Override
    public Path directory(String path) throws IOException {
        Path requested = parse(path);
        if (!requested.isAbsolute()) {
            throw new IOException("'" + path + "' is not an absolute path; write the full path of a directory");
        }
        // Outside of the roots nothing is said about what exists there.
        Path real;
        try {
            real = requested.toRealPath();
        } catch (IOException missing) {
            if (isRestricted() && !isInside(requested.normalize())) {
                throw outside(path);
            }
            throw new IOException(
                    "'" + path + "' does not exist or cannot be read; create it or correct the path", missing);
        }
        if (isRestricted() && !isInside(real)) {
            throw outside(path);
        }
        if (!Files.isDirectory(real)) {
            throw new IOException("'" + path + "' is not a directory; name the directory that holds it");
        }
        return real;
    }

    private static Path parse(String path) throws IOException {
        if (path.isBlank()) {
            throw new IOException("no directory is named; write the full path of a directory");
        }
        try {
            return Path.of(path);
        } catch (InvalidPathException invalid) {
            throw new IOException("the path holds a character that paths cannot hold", invalid);
        }
    }

    private boolean isInside(Path real) {
        return roots().stream().anyMatch(real::startsWith);
    }

    private static IOException outside(String path) {
        return new IOException(
                "'" + path
                        + "' is outside of the workspace roots; use a directory within them or add its root to WORKSPACE_ROOTS");
    }
}
