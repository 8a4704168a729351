package io.infloop.host.internal.hook;

import java.util.Collection;
import org.osgi.framework.Bundle;
import org.osgi.framework.hooks.bundle.CollisionHook;

/**
 * Lets host install a plugin of the same name and version beside the one it replaces. Needs the framework property {@code
 * org.osgi.framework.bsnversion=managed}. Names of all other bundles stay unique.
 */
public final class SameVersionCollisions implements CollisionHook {
    private final Bundle host;

    public SameVersionCollisions(Bundle host) {
        this.host = host;
    }

    @Override
    public void filterCollisions(int operationType, Bundle target, Collection<Bundle> collisionCandidates) {
        if (operationType == INSTALLING && target.equals(host)) {
            collisionCandidates.removeIf(PluginBundles::isInstalled);
        }
    }
}
