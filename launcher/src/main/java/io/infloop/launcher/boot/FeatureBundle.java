package io.infloop.launcher.boot;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A bundle as a feature file lists it.
 *
 * @param id {@code group:artifact:version}
 * @param file the jar in the repository
 * @param location by which the framework knows it
 * @param startLevel bundles of lower levels are started first
 * @param started false for a library: it is resolved when needed but has no bundle context that a plugin could reach
 * @param plugin whether it is a shipped plugin
 * @param webhookSource the webhook source that is all it contributes, if the feature says so
 */
record FeatureBundle(
        String id,
        Path file,
        String location,
        int startLevel,
        boolean started,
        boolean plugin,
        Optional<String> webhookSource) {}
