package io.infloop.host.internal.hook;

import java.util.ArrayList;
import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.hooks.bundle.CollisionHook;
import org.osgi.framework.hooks.resolver.ResolverHookFactory;
import org.osgi.framework.hooks.service.EventListenerHook;

/** Registers every hook that keeps plugins to themselves; must be in place before any plugin is resolved. */
public final class Hooks implements AutoCloseable {
    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();

    public Hooks(BundleContext context) {
        ServiceVisibility services = new ServiceVisibility(context.getBundle());
        BundleVisibility bundles = new BundleVisibility();
        registrations.add(context.registerService(ResolverHookFactory.class, new ResolutionGuard(), null));
        registrations.add(context.registerService(org.osgi.framework.hooks.service.FindHook.class, services, null));
        registrations.add(context.registerService(EventListenerHook.class, services, null));
        registrations.add(context.registerService(org.osgi.framework.hooks.bundle.FindHook.class, bundles, null));
        registrations.add(context.registerService(org.osgi.framework.hooks.bundle.EventHook.class, bundles, null));
        registrations.add(
                context.registerService(CollisionHook.class, new SameVersionCollisions(context.getBundle()), null));
    }

    @Override
    public void close() {
        registrations.forEach(ServiceRegistration::unregister);
        registrations.clear();
    }
}
