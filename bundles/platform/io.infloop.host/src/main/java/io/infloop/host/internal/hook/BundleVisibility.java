package io.infloop.host.internal.hook;

import java.util.Collection;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.hooks.bundle.EventHook;
import org.osgi.framework.hooks.bundle.FindHook;

/** Shows a plugin no bundle but its own. */
public final class BundleVisibility implements FindHook, EventHook {
    @Override
    public void find(BundleContext context, Collection<Bundle> bundles) {
        bundles.removeIf(bundle -> !isVisible(context, bundle));
    }

    @Override
    public void event(BundleEvent event, Collection<BundleContext> contexts) {
        contexts.removeIf(context -> !isVisible(context, event.getBundle()));
    }

    private static boolean isVisible(BundleContext context, Bundle bundle) {
        Optional<Bundle> asking = PluginBundles.owner(context);
        return asking.isPresent()
                && (!PluginBundles.isPlugin(asking.get()) || asking.get().equals(bundle));
    }
}
