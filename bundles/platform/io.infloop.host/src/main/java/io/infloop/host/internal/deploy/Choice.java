package io.infloop.host.internal.deploy;

import io.infloop.host.internal.registry.Origin;
import io.infloop.host.internal.stage.Candidate;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * Decides which of the files with one plugin id serves: of jars the highest version, of manifests the one that was there first. A
 * plugin whose file was overwritten by something unusable stays, unless another file has a higher version.
 */
final class Choice {
    private static final Comparator<PluginFile> FIRST = Comparator.comparingLong(PluginFile::order);
    private static final Comparator<PluginFile> BEST = Comparator.comparing(
                    (PluginFile file) -> file.candidate().orElseThrow().version())
            .reversed()
            .thenComparing(FIRST);

    private Choice() {}

    /** The file that should serve; empty if what serves should stay, or if there is none. */
    static Optional<PluginFile> of(String id, Collection<PluginFile> files, Optional<Candidate> serving) {
        Optional<PluginFile> best = files.stream()
                .filter(file -> file.is(id) && file.canServe())
                .min((one, other) -> order(one).compare(one, other));
        if (best.isEmpty() || serving.isEmpty() || !isUnusable(serving.get(), files)) {
            return best;
        }
        boolean higher = best.get()
                        .candidate()
                        .orElseThrow()
                        .version()
                        .compareTo(serving.get().version())
                > 0;
        return higher ? best : Optional.empty();
    }

    private static Comparator<PluginFile> order(PluginFile file) {
        return file.candidate().orElseThrow().origin() == Origin.JAR ? BEST : FIRST;
    }

    /** Whether the file of what serves is still there, but no longer fit to serve. */
    static boolean isUnusable(Candidate serving, Collection<PluginFile> files) {
        return files.stream()
                .anyMatch(file -> file.path().equals(serving.file())
                        && !file.canServe()
                        && (file.candidate().isEmpty() || file.is(serving.id())));
    }
}
