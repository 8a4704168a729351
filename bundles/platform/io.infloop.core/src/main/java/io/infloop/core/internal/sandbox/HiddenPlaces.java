package io.infloop.core.internal.sandbox;

import io.infloop.spi.process.SpawnException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What children must not see, and what of it is a child's own after all. */
final class HiddenPlaces {
    /**
     * The parts of the data directory in which the operator may keep what children work on; the others are the server's alone, or
     * hold what is one child's own.
     */
    private static final Set<String> FOR_CHILDREN = Set.of("clones", "workspaces");

    private final List<Path> paths;

    /** @param paths real ones; directories and single files */
    HiddenPlaces(List<Path> paths) {
        this.paths = List.copyOf(paths);
    }

    boolean isEmpty() {
        return paths.isEmpty();
    }

    List<Path> directories() {
        return paths.stream().filter(Files::isDirectory).toList();
    }

    List<Path> files() {
        return paths.stream().filter(path -> !Files.isDirectory(path)).toList();
    }

    boolean contain(Path path) {
        return paths.stream().anyMatch(path::startsWith);
    }

    /**
     * What has to stay visible in hidden directories.
     *
     * @throws SpawnException if the child would work where nothing is for children
     */
    List<Path> keptFor(Launch launch) throws SpawnException {
        Set<Path> kept = new LinkedHashSet<>();
        for (Path hidden : directories()) {
            if (launch.directory().startsWith(hidden)) {
                boolean own = launch.own().stream()
                        .anyMatch(path -> path.startsWith(hidden)
                                && !path.equals(hidden)
                                && launch.directory().startsWith(path));
                if (!own && !isForChildren(hidden.relativize(launch.directory()))) {
                    throw SpawnException.refused("the working directory lies in the server's data directory, which is"
                            + " hidden from children; choose another one");
                }
                kept.add(launch.directory());
            }
            launch.own().stream()
                    .filter(own -> own.startsWith(hidden) && !own.equals(hidden))
                    .forEach(kept::add);
            if (launch.program().startsWith(hidden)) {
                kept.add(launch.program());
            }
        }
        return kept.stream()
                .filter(path -> kept.stream().noneMatch(other -> !other.equals(path) && path.startsWith(other)))
                .toList();
    }

    /** The relative path of the directory itself is one empty name. */
    private static boolean isForChildren(Path relative) {
        return FOR_CHILDREN.contains(relative.getName(0).toString());
    }
}
