package io.infloop.host.internal.deploy;

import io.infloop.host.internal.stage.Candidate;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file in a plugin folder and what was decided about it.
 *
 * @param order the lower was there first
 * @param candidate empty if the file cannot become a plugin
 * @param problem why it was refused or failed; held until the file changes
 */
record PluginFile(Path path, long order, Optional<Candidate> candidate, Optional<String> problem) {
    static PluginFile accepted(Candidate candidate, long order) {
        return new PluginFile(candidate.file(), order, Optional.of(candidate), Optional.empty());
    }

    static PluginFile refused(Path path, long order, String reason) {
        return new PluginFile(path, order, Optional.empty(), Optional.of(reason));
    }

    PluginFile failed(String reason) {
        return new PluginFile(path, order, candidate, Optional.of(reason));
    }

    boolean is(String pluginId) {
        return candidate.filter(one -> one.id().equals(pluginId)).isPresent();
    }

    boolean canServe() {
        return candidate.isPresent() && problem.isEmpty();
    }
}
