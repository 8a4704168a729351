package io.infloop.core.internal.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a child reads besides the system: programs that are installed elsewhere, as version managers do, and the certificates that its
 * variables name. A program brings the tree it is installed in, but never a home directory.
 */
final class JailReach {
    private static final int MOST_LINKS = 16;
    private static final Set<String> PROGRAM_DIRECTORIES = Set.of("bin", "sbin", "shims");
    private static final Set<String> VERSION_MANAGERS = Set.of(".pyenv", ".rbenv", ".nodenv", ".asdf", ".volta");
    /** There already, or private to the jail. */
    private static final List<Path> COVERED = List.of(
            Path.of("/usr"),
            Path.of("/bin"),
            Path.of("/sbin"),
            Path.of("/lib"),
            Path.of("/lib64"),
            Path.of("/proc"),
            Path.of("/dev"),
            Path.of("/run"));
    /** Too much to be shown as a whole. */
    private static final Set<Path> TOO_WIDE = Set.of(
            Path.of("/"),
            Path.of("/home"),
            Path.of("/opt"),
            Path.of("/etc"),
            Path.of("/var"),
            Path.of("/tmp"),
            Path.of("/root"),
            Path.of("/srv"),
            Path.of("/mnt"));

    private final HiddenPlaces hidden;
    private final Path home = Path.of(System.getProperty("user.home", "/root"));

    JailReach(HiddenPlaces hidden) {
        this.hidden = hidden;
    }

    Set<Path> of(Launch launch) {
        Set<Path> reach = new LinkedHashSet<>();
        addProgram(launch.program(), reach);
        launch.readable().forEach(path -> {
            if (Files.isDirectory(path)) {
                add(tree(path), reach);
            } else {
                addProgram(path, reach);
            }
        });
        return reach;
    }

    /** Each step of a chain of links, as each is looked up on the way. */
    private void addProgram(Path program, Set<Path> reach) {
        Path step = program;
        for (int links = 0; links < MOST_LINKS && Files.exists(step); links++) {
            Path directory = step.getParent();
            Path tree = directory == null ? step : tree(directory);
            add(isTooWide(tree) ? step : tree, reach);
            if (!Files.isSymbolicLink(step) || directory == null) {
                addReal(program, reach);
                return;
            }
            try {
                step = directory.resolve(Files.readSymbolicLink(step)).normalize();
            } catch (IOException gone) {
                return;
            }
        }
    }

    private void addReal(Path program, Set<Path> reach) {
        try {
            Path real = program.toRealPath();
            Path tree = tree(real.getParent());
            add(isTooWide(tree) ? real : tree, reach);
        } catch (IOException gone) {
            return;
        }
    }

    private Path tree(Path directory) {
        Path parent = directory.getParent();
        boolean programs = PROGRAM_DIRECTORIES.contains(String.valueOf(directory.getFileName()));
        return programs && parent != null && !isTooWide(parent) ? parent : directory;
    }

    /** Directories right in the home directory hold credentials, too, those of version managers aside. */
    private boolean isTooWide(Path path) {
        return TOO_WIDE.contains(path)
                || home.startsWith(path)
                || home.equals(path.getParent())
                        && !VERSION_MANAGERS.contains(path.getFileName().toString());
    }

    private void add(Path path, Set<Path> reach) {
        Optional<Path> real = real(path);
        if (real.isPresent()
                && isShowable(path)
                && isShowable(real.get())
                && COVERED.stream().noneMatch(path::startsWith)) {
            reach.add(path);
        }
    }

    private boolean isShowable(Path path) {
        return !isTooWide(path) && !hidden.contain(path);
    }

    /** What is bound is where links lead, and who could write there before chose where that is. */
    private static Optional<Path> real(Path path) {
        try {
            return Optional.of(path.toRealPath());
        } catch (IOException missing) {
            return Optional.empty();
        }
    }
}
