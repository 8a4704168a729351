package io.infloop.host.internal.hook;

import java.util.Collection;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.hooks.resolver.ResolverHook;
import org.osgi.framework.hooks.resolver.ResolverHookFactory;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;

/**
 * Keeps plugins and platform apart when bundles are resolved: a plugin gets the packages that {@link PluginBundles#mayImport} names,
 * from the platform only, and neither requires bundles nor attaches to them; nothing is ever wired to a plugin but the plugin itself.
 */
public final class ResolutionGuard implements ResolverHookFactory, ResolverHook {
    @Override
    public ResolverHook begin(Collection<BundleRevision> triggers) {
        return this;
    }

    @Override
    public void filterMatches(BundleRequirement requirement, Collection<BundleCapability> candidates) {
        BundleRevision requirer = requirement.getRevision();
        if (PluginBundles.isPlugin(requirer.getBundle())) {
            candidates.removeIf(candidate -> !isOpenToPlugin(requirer, candidate));
        } else {
            candidates.removeIf(
                    candidate -> PluginBundles.isPlugin(candidate.getRevision().getBundle()));
        }
    }

    private static boolean isOpenToPlugin(BundleRevision requirer, BundleCapability candidate) {
        Bundle provider = candidate.getRevision().getBundle();
        boolean own = candidate.getRevision().equals(requirer);
        boolean platform = !PluginBundles.isPlugin(provider);
        return switch (candidate.getNamespace()) {
            case "osgi.wiring.package" -> {
                if (!(candidate.getAttributes().get("osgi.wiring.package") instanceof String name)) {
                    yield false;
                }
                if (PluginBundles.isOfJdk(name)) {
                    yield own || provider.getBundleId() == Constants.SYSTEM_BUNDLE_ID;
                }
                // A plugin's own copy of an SPI package must not stand in for the real one.
                yield PluginBundles.mayImport(name) ? platform : own;
            }
            case "osgi.ee", "osgi.native", "osgi.extender", "osgi.service" -> platform || own;
            default -> own;
        };
    }

    @Override
    public void filterResolvable(Collection<BundleRevision> candidates) {
        // What a bundle may be wired to is decided per requirement.
    }

    @Override
    public void filterSingletonCollisions(BundleCapability singleton, Collection<BundleCapability> collisions) {
        // While a plugin is replaced both versions are resolved, even if its author called it a singleton.
        if (PluginBundles.isInstalled(singleton.getRevision().getBundle())) {
            collisions.removeIf(
                    other -> PluginBundles.isInstalled(other.getRevision().getBundle()));
        }
    }

    @Override
    public void end() {
        // Nothing is kept between calls.
    }
}
