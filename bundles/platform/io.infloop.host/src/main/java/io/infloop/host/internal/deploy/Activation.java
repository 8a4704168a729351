package io.infloop.host.internal.deploy;

import io.infloop.host.internal.manifest.ManifestState;
import io.infloop.host.internal.registry.ContributionRegistry;
import io.infloop.host.internal.registry.ContributionRegistry.Holding;
import io.infloop.host.internal.registry.Failure;
import io.infloop.host.internal.registry.Kind;
import io.infloop.host.internal.registry.PluginVersion;
import io.infloop.host.internal.stage.Candidate;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;

/**
 * Starts one version of a plugin on a thread of its own, waits for what it contributes and judges it. The thread is given up when
 * the plugin does not let it go.
 */
final class Activation {
    private static final String NOTHING =
            "contributes nothing; a plugin registers at least one service of io.infloop.spi or carries a manifest";

    private final Candidate candidate;
    private final PluginVersion version;
    private final Optional<PluginVersion> replaces;
    private final Judge judge;
    private final CompletableFuture<Optional<String>> failure = new CompletableFuture<>();
    private final Thread thread;
    private final Map<Kind, Integer> declared;

    /** What an activation needs to know of the rest. */
    record Judge(ContributionRegistry registry, Manifests manifests, Components components, Duration contributions) {}

    /** How the manifests of a bundle fare. */
    interface Manifests {
        List<ManifestState> of(Bundle bundle);
    }

    Activation(Candidate candidate, PluginVersion version, Optional<PluginVersion> replaces, Judge judge) {
        this.candidate = candidate;
        this.version = version;
        this.replaces = replaces;
        this.judge = judge;
        this.declared = readDeclared();
        this.thread = new Thread(this::run, "activate " + version.ref().id());
        thread.setDaemon(true);
    }

    Candidate candidate() {
        return candidate;
    }

    PluginVersion version() {
        return version;
    }

    Optional<PluginVersion> replaces() {
        return replaces;
    }

    /** Completes with the reason why the version must not serve, or empty. */
    CompletableFuture<Optional<String>> failure() {
        return failure;
    }

    void begin() {
        thread.start();
    }

    /** Gives up unless the activation is over. */
    void expire(Duration deadline) {
        if (failure.isDone()) {
            return;
        }
        String where = Failure.firstOwn(thread.getStackTrace(), version.bundle())
                .map(place -> ": it is at " + place)
                // The thread may wait for another one that is stuck in the plugin.
                .or(() -> judge.registry().holding(version).reasons().stream()
                        .findFirst()
                        .map(reason -> ": " + reason))
                .orElse("");
        if (failure.complete(Optional.of("did not become active within " + deadline.toMillis() + " ms" + where
                + "; an activation must not block"))) {
            thread.interrupt();
        }
    }

    private void run() {
        try {
            version.bundle().start(Bundle.START_TRANSIENT);
            judge.registry().await(this::isComplete, judge.contributions());
            failure.complete(verdict());
        } catch (InterruptedException givenUp) {
            failure.complete(Optional.of("was interrupted while it became active"));
        } catch (Throwable thrown) {
            // The framework passes on what the plugin throws, errors included.
            failure.complete(Optional.of("could not be started: "
                    + Failure.of(thrown, Optional.of(version.bundle())).withFrame()));
        }
    }

    private boolean isComplete() {
        Holding holding = judge.registry().holding(version);
        boolean manifestsSpoken = !judge.manifests().of(version.bundle()).isEmpty();
        return holding.pending() == 0
                && missing(holding).isEmpty()
                && (!holding.offered().isEmpty() || !holding.reasons().isEmpty() || manifestsSpoken);
    }

    private Optional<String> verdict() {
        Holding holding = judge.registry().holding(version);
        List<ManifestState> manifests = judge.manifests().of(version.bundle());
        Optional<String> broken = firstOf(manifests, ManifestState.Status.FAILED);
        if (broken.isPresent()) {
            return broken;
        }
        Optional<Components.Problem> component = judge.components().problem(version);
        Optional<String> failed =
                component.filter(problem -> !problem.waiting()).map(Components.Problem::reason);
        Optional<String> waits = firstOf(manifests, ManifestState.Status.WAITING)
                .or(() -> component.filter(Components.Problem::waiting).map(Components.Problem::reason));
        Optional<String> lacks = failed.or(() -> holding.reasons().stream().findFirst())
                .or(() -> missing(holding))
                .or(() -> holding.offered().isEmpty() ? Optional.of(NOTHING) : Optional.empty());
        if (replaces.filter(this::serves).isPresent()) {
            // What serves is better than what waits or lacks something.
            return waits.or(() -> lacks);
        }
        return holding.offered().isEmpty() && waits.isEmpty() ? lacks : Optional.empty();
    }

    private boolean serves(PluginVersion other) {
        return !judge.registry().holding(other).serving().isEmpty();
    }

    private static Optional<String> firstOf(List<ManifestState> states, ManifestState.Status status) {
        return states.stream()
                .filter(state -> state.status() == status)
                .map(ManifestState::reason)
                .findFirst();
    }

    /** What the bundle declares as services and does not register. */
    private Optional<String> missing(Holding holding) {
        for (Map.Entry<Kind, Integer> declared : declared.entrySet()) {
            long offered = holding.offered().stream()
                    .filter(key -> key.kind() == declared.getKey())
                    .count();
            if (offered < declared.getValue()) {
                return Optional.of("declares a " + declared.getKey().words() + " that it does not register");
            }
        }
        return Optional.empty();
    }

    private Map<Kind, Integer> readDeclared() {
        Map<Kind, Integer> found = new EnumMap<>(Kind.class);
        BundleRevision revision = version.bundle().adapt(BundleRevision.class);
        if (revision == null) {
            return found;
        }
        for (BundleCapability capability : revision.getDeclaredCapabilities("osgi.service")) {
            Object classes = capability.getAttributes().get("objectClass");
            List<?> names = classes instanceof List<?> list
                    ? list
                    : List.of(String.valueOf(classes).split(",", -1));
            for (Object name : names) {
                Kind.ofInterface(String.valueOf(name)).ifPresent(kind -> found.merge(kind, 1, Integer::sum));
            }
        }
        return found;
    }
}
