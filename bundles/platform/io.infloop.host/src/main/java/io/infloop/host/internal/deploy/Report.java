package io.infloop.host.internal.deploy;

import io.infloop.host.PluginInfo;
import io.infloop.host.PluginState;
import io.infloop.host.internal.PlainText;
import io.infloop.host.internal.deploy.Deployer.Deployed;
import io.infloop.host.internal.deploy.PluginList.Row;
import io.infloop.host.internal.hook.PluginBundles;
import io.infloop.host.internal.manifest.ManifestExtender;
import io.infloop.host.internal.manifest.ManifestState;
import io.infloop.host.internal.registry.ContributionRegistry;
import io.infloop.host.internal.registry.ContributionRegistry.Holding;
import io.infloop.host.internal.registry.Key;
import io.infloop.host.internal.registry.PluginVersion;
import io.infloop.host.internal.stage.Candidate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Tells of every plugin what became of it and why. Used by the worker only. */
final class Report {
    private final BundleContext context;
    private final ContributionRegistry registry;
    private final ManifestExtender manifests;
    private final Components components;
    private final Diagnosis diagnosis;

    Report(
            BundleContext context,
            ContributionRegistry registry,
            ManifestExtender manifests,
            Components components,
            Diagnosis diagnosis) {
        this.context = context;
        this.registry = registry;
        this.manifests = manifests;
        this.components = components;
        this.diagnosis = diagnosis;
    }

    /** What became of something, and why. */
    private record Verdict(PluginState state, Optional<String> reason) {
        static Verdict of(PluginState state, String reason) {
            return new Verdict(state, Optional.of(reason));
        }
    }

    Map<Row, PluginInfo> rows(Deployer deployer, Retirement retirement) {
        Map<Row, PluginInfo> rows = new LinkedHashMap<>();
        for (Bundle bundle : context.getBundles()) {
            if (PluginBundles.isShipped(bundle)) {
                PluginVersion version = registry.shipped(bundle);
                Holding holding = registry.holding(version);
                add(rows, version, PluginList.SHIPPED, "", holding, shipped(bundle, version, holding));
            }
        }
        for (Deployed one : deployer.deployed()) {
            Holding holding = registry.holding(one.version());
            add(
                    rows,
                    one.version(),
                    one.candidate().file().toString(),
                    one.candidate().sha256(),
                    holding,
                    verdict(one.version(), holding));
        }
        for (PluginVersion version : retirement.retiring()) {
            Verdict verdict = Verdict.of(
                    PluginState.RETIRING,
                    "finishes " + version.leases() + " calls that began before it was replaced or removed");
            add(
                    rows,
                    version,
                    version.source(),
                    "retiring " + version.bundle().getBundleId(),
                    registry.holding(version),
                    verdict);
        }
        for (PluginFile file : deployer.files()) {
            addFile(rows, file, deployer);
        }
        return rows;
    }

    private static void add(
            Map<Row, PluginInfo> rows,
            PluginVersion version,
            String origin,
            String sha256,
            Holding holding,
            Verdict verdict) {
        String id = version.ref().id();
        List<String> contributions =
                holding.offered().stream().map(Key::text).sorted().toList();
        rows.put(
                new Row(id, version.ref().version(), origin, sha256),
                info(id, version.ref().version(), origin, contributions, verdict));
    }

    /** Names and messages come from files and from plugins. */
    private static PluginInfo info(
            String id, String version, String origin, List<String> contributions, Verdict verdict) {
        return new PluginInfo(
                PlainText.of(id),
                version,
                verdict.state(),
                PlainText.of(origin),
                contributions,
                verdict.reason().map(PlainText::of),
                0);
    }

    private Verdict shipped(Bundle bundle, PluginVersion version, Holding holding) {
        if (bundle.getState() == Bundle.ACTIVE) {
            return verdict(version, holding);
        }
        return diagnosis
                .unmet(bundle)
                .map(reason -> Verdict.of(PluginState.FAILED, reason))
                .orElseGet(() -> Verdict.of(PluginState.WAITING, "is not started"));
    }

    private Verdict verdict(PluginVersion version, Holding holding) {
        List<ManifestState> states = manifests.states(version.bundle());
        Optional<String> failed = reason(states, ManifestState.Status.FAILED);
        if (holding.switchedOff()) {
            return Verdict.of(PluginState.FAILED, holding.reasons().get(0));
        }
        if (failed.isPresent()) {
            return Verdict.of(PluginState.FAILED, failed.get());
        }
        if (holding.overridden()) {
            return Verdict.of(PluginState.OVERRIDDEN, holding.reasons().get(0));
        }
        Optional<String> waiting = reason(states, ManifestState.Status.WAITING);
        if (waiting.isPresent()) {
            return Verdict.of(PluginState.WAITING, waiting.get());
        }
        if (holding.offered().isEmpty()) {
            return empty(version, holding);
        }
        if (holding.serving().isEmpty()) {
            return Verdict.of(PluginState.DUPLICATE, holding.reasons().get(0));
        }
        // A good component beside a dead one: the plugin serves, but not in full.
        String reasons = Stream.concat(
                        holding.reasons().stream().limit(1),
                        components.problem(version).map(Components.Problem::reason).stream())
                .collect(Collectors.joining("; "));
        return new Verdict(
                holding.overrides() ? PluginState.OVERRIDES_SHIPPED : PluginState.ACTIVE,
                Optional.of(reasons).filter(text -> !text.isEmpty()));
    }

    private Verdict empty(PluginVersion version, Holding holding) {
        Optional<Components.Problem> problem = components.problem(version);
        if (problem.isPresent()) {
            PluginState state = problem.get().waiting() ? PluginState.WAITING : PluginState.FAILED;
            return Verdict.of(state, problem.get().reason());
        }
        return holding.reasons().isEmpty()
                ? Verdict.of(PluginState.WAITING, "contributes nothing at the moment")
                : Verdict.of(PluginState.FAILED, holding.reasons().get(0));
    }

    private static Optional<String> reason(List<ManifestState> states, ManifestState.Status status) {
        return states.stream()
                .filter(state -> state.status() == status)
                .map(ManifestState::reason)
                .findFirst();
    }

    private static void addFile(Map<Row, PluginInfo> rows, PluginFile file, Deployer deployer) {
        String id = file.candidate()
                .map(Candidate::id)
                .orElseGet(() -> file.path().getFileName().toString());
        String version = file.candidate().map(one -> one.version().toString()).orElse("");
        Optional<Deployed> serving = deployer.deployed().stream()
                .filter(one -> one.candidate().id().equals(id))
                .findFirst();
        if (serving.filter(one -> one.candidate().file().equals(file.path())
                        && file.candidate().equals(Optional.of(one.candidate())))
                .isPresent()) {
            return;
        }
        Verdict verdict;
        if (file.problem().isPresent()) {
            verdict = Verdict.of(PluginState.FAILED, file.problem().get());
        } else if (deployer.activating().contains(id)) {
            verdict = Verdict.of(PluginState.WAITING, "is being started");
        } else {
            verdict = Verdict.of(
                    PluginState.DUPLICATE,
                    "plugin " + id + " is served from "
                            + serving.map(one -> one.candidate().file().getFileName() + " in version "
                                            + one.version().ref().version())
                                    .orElse("another file")
                            + "; remove one of the two files");
        }
        String origin = file.path().toString();
        rows.put(
                new Row(
                        id,
                        version,
                        origin,
                        file.candidate().map(Candidate::sha256).orElse("")),
                info(id, version, origin, List.of(), verdict));
    }
}
