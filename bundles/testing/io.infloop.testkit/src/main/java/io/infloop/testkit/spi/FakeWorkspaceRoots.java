package io.infloop.testkit.spi;

import io.infloop.spi.workspace.WorkspaceRoots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Roots on the real file system; without any, every existing directory is allowed. */
public final class FakeWorkspaceRoots implements WorkspaceRoots {
    private final List<Path> roots;

    public FakeWorkspaceRoots(Path... roots) {
        this.roots = List.of(roots);
    }

    @Override
    public List<Path> roots() {
        return roots;
    }

    @Override
    public Path directory(String path) throws IOException {
        Path directory = Path.of(path);
        if (!directory.isAbsolute()) {
            throw new IOException("not an absolute path: " + path);
        }
        if (!Files.isDirectory(directory)) {
            throw new IOException("not a directory: " + path);
        }
        Path real = directory.toRealPath();
        for (Path root : roots) {
            if (real.startsWith(root.toRealPath())) {
                return real;
            }
        }
        if (roots.isEmpty()) {
            return real;
        }
        throw new IOException("outside of the workspace roots: " + path);
    }
}
