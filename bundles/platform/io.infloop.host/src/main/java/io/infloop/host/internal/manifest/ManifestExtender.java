package io.infloop.host.internal.manifest;

import io.infloop.host.internal.RefusedException;
import io.infloop.host.internal.hook.PluginBundles;
import io.infloop.host.internal.registry.ContributionRegistry;
import io.infloop.host.internal.registry.Origin;
import io.infloop.host.internal.registry.PluginVersion;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.util.tracker.BundleTracker;
import org.osgi.util.tracker.BundleTrackerCustomizer;

/** Registers the manifests that active plugin bundles carry as services of those bundles. */
public final class ManifestExtender implements BundleTrackerCustomizer<List<ManifestBinding<?>>>, AutoCloseable {
    private static final int MAX_MANIFESTS = 256;

    private final ContributionRegistry registry;
    private final Duration checkDeadline;
    private final Map<Bundle, List<ManifestBinding<?>>> bindings = new ConcurrentHashMap<>();
    private final Map<Bundle, List<ManifestState>> unreadable = new ConcurrentHashMap<>();
    private final BundleTracker<List<ManifestBinding<?>>> tracker;

    public ManifestExtender(BundleContext context, ContributionRegistry registry, Duration checkDeadline) {
        this.registry = registry;
        this.checkDeadline = checkDeadline;
        this.tracker = new BundleTracker<>(context, Bundle.ACTIVE, this);
        tracker.open();
    }

    @Override
    public List<ManifestBinding<?>> addingBundle(Bundle bundle, BundleEvent event) {
        String header = bundle.getHeaders("").get(ManifestBundles.HEADER);
        if (header == null || !PluginBundles.isPlugin(bundle)) {
            return null;
        }
        Optional<PluginVersion> version =
                PluginBundles.isShipped(bundle) ? Optional.of(registry.shipped(bundle)) : registry.versionOf(bundle);
        if (version.isEmpty()) {
            return null;
        }
        List<ManifestBinding<?>> read = new ArrayList<>();
        List<ManifestState> problems = new ArrayList<>();
        for (String pattern : header.split(",", -1)) {
            readAll(version.get(), pattern.trim(), read, problems);
        }
        bindings.put(bundle, List.copyOf(read));
        unreadable.put(bundle, List.copyOf(problems));
        try {
            for (ManifestBinding<?> binding : read) {
                binding.evaluate();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        registry.touch();
        return read;
    }

    private void readAll(
            PluginVersion version, String pattern, List<ManifestBinding<?>> read, List<ManifestState> problems) {
        Bundle bundle = version.bundle();
        int slash = pattern.lastIndexOf('/');
        String path = slash < 0 ? "/" : pattern.substring(0, slash);
        List<URL> entries = Optional.ofNullable(bundle.findEntries(path, pattern.substring(slash + 1), false))
                .map(Collections::list)
                .orElseGet(ArrayList::new);
        if (entries.isEmpty()) {
            problems.add(ManifestState.failed("the header " + ManifestBundles.HEADER + " names " + pattern
                    + ", but the bundle has no such entry; correct the header"));
        }
        for (URL entry : entries) {
            String name = version.origin() == Origin.MANIFEST
                    ? version.source()
                    : entry.getPath().substring(1);
            try {
                if (read.size() >= MAX_MANIFESTS) {
                    throw new RefusedException("more than " + MAX_MANIFESTS + " manifests; split the plugin");
                }
                read.add(binding(bundle, name, content(entry)));
            } catch (RefusedException refused) {
                problems.add(ManifestState.failed(refused.getMessage()));
            } catch (IOException unreadableEntry) {
                problems.add(ManifestState.failed("manifest " + name + ": cannot be read; build the jar again"));
            }
        }
    }

    private ManifestBinding<?> binding(Bundle bundle, String name, byte[] content) throws RefusedException {
        Optional<ManifestKind> folder = Optional.ofNullable(
                        bundle.getHeaders("").get(ManifestBundles.KIND_HEADER))
                .map(ManifestKind::valueOf);
        Manifest manifest = ManifestReader.read(name, content, folder);
        if (manifest instanceof Manifest.OfProvider provider) {
            return new ProviderBinding(bundle, registry, provider.content(), name, checkDeadline);
        }
        return new SourceBinding(bundle, registry, ((Manifest.OfSource) manifest).content(), name, checkDeadline);
    }

    private static byte[] content(URL entry) throws IOException {
        try (InputStream stream = entry.openStream()) {
            return stream.readNBytes(ManifestReader.MAX_BYTES + 1);
        }
    }

    @Override
    public void modifiedBundle(Bundle bundle, BundleEvent event, List<ManifestBinding<?>> tracked) {
        // A bundle has no other active state.
    }

    @Override
    public void removedBundle(Bundle bundle, BundleEvent event, List<ManifestBinding<?>> tracked) {
        bindings.remove(bundle);
        unreadable.remove(bundle);
        tracked.forEach(ManifestBinding::close);
    }

    /** Looks again at what the manifests build on; calls plugins. */
    public void evaluate() throws InterruptedException {
        for (List<ManifestBinding<?>> ofBundle : bindings.values()) {
            for (ManifestBinding<?> binding : ofBundle) {
                binding.evaluate();
            }
        }
    }

    /** How the manifests of a bundle fare. */
    public List<ManifestState> states(Bundle bundle) {
        List<ManifestState> states = new ArrayList<>(unreadable.getOrDefault(bundle, List.of()));
        bindings.getOrDefault(bundle, List.of()).forEach(binding -> states.add(binding.state()));
        return states;
    }

    @Override
    public void close() {
        tracker.close();
    }
}
