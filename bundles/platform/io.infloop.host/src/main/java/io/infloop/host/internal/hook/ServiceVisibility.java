package io.infloop.host.internal.hook;

import io.infloop.spi.http.HttpCaller;
import io.infloop.spi.observe.ServerReady;
import io.infloop.spi.process.ProcessLauncher;
import io.infloop.spi.secret.Secrets;
import io.infloop.spi.workspace.WorkspaceRoots;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.hooks.service.EventListenerHook;
import org.osgi.framework.hooks.service.FindHook;
import org.osgi.framework.hooks.service.ListenerHook.ListenerInfo;

/**
 * Shows plugins only their own services and those of the platform that the SPI offers to them, and shows what plugins register to host
 * only: no other bundle takes a servlet, a resource, a configuration listener or anything else from a plugin behind host's back.
 */
public final class ServiceVisibility implements FindHook, EventListenerHook {
    private static final Set<String> OFFERED_TO_PLUGINS = Set.of(
            HttpCaller.class.getName(),
            ProcessLauncher.class.getName(),
            Secrets.class.getName(),
            ServerReady.class.getName(),
            WorkspaceRoots.class.getName());

    private final Bundle host;

    /** @param host the one bundle that may see what plugins register */
    public ServiceVisibility(Bundle host) {
        this.host = host;
    }

    @Override
    public void find(
            BundleContext context,
            String name,
            String filter,
            boolean allServices,
            Collection<ServiceReference<?>> references) {
        references.removeIf(reference -> !isVisible(context, reference));
    }

    @Override
    public void event(ServiceEvent event, Map<BundleContext, Collection<ListenerInfo>> listeners) {
        listeners.keySet().removeIf(context -> !isVisible(context, event.getServiceReference()));
    }

    private boolean isVisible(BundleContext context, ServiceReference<?> reference) {
        Optional<Bundle> asking = PluginBundles.owner(context);
        return asking.isPresent() && isVisible(asking.get(), reference);
    }

    private boolean isVisible(Bundle asking, ServiceReference<?> reference) {
        Bundle owner = reference.getBundle();
        if (owner == null) {
            return !PluginBundles.isPlugin(asking);
        }
        if (owner.equals(asking)) {
            return true;
        }
        if (PluginBundles.isPlugin(owner)) {
            return asking.equals(host);
        }
        return !PluginBundles.isPlugin(asking)
                || List.of((String[]) reference.getProperty(Constants.OBJECTCLASS)).stream()
                        .anyMatch(OFFERED_TO_PLUGINS::contains);
    }
}
