package io.infloop.host.internal.registry;

import java.util.Set;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;

/**
 * The webhook sources that ship and that the launcher has not started yet: it starts those that no trigger uses after the server
 * listens, and says through a service which are left. Nobody else gets their ids meanwhile, but for manifests of the operator.
 */
@SuppressWarnings("rawtypes") // a service of a generic type
public final class Coming implements AutoCloseable {
    private static final String FILTER = "(&(objectClass=java.util.function.Supplier)(infloop.coming=webhook-sources))";

    private final ServiceTracker<Supplier, Supplier> tracker;
    private volatile Runnable atEnd = () -> {};

    public Coming(BundleContext context) {
        try {
            this.tracker = new ServiceTracker<>(context, FrameworkUtil.createFilter(FILTER), null) {
                @Override
                public Supplier addingService(ServiceReference<Supplier> reference) {
                    boolean ofLauncher = reference.getBundle().getBundleId() == 0;
                    return ofLauncher ? super.addingService(reference) : null;
                }

                @Override
                public void removedService(ServiceReference<Supplier> reference, Supplier service) {
                    super.removedService(reference, service);
                    atEnd.run();
                }
            };
        } catch (InvalidSyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
        tracker.open();
    }

    /** Runs {@code action} when nothing is to come any more; not if nothing was. */
    void atEnd(Runnable action) {
        atEnd = action;
    }

    /** The ids that are left. */
    @SuppressWarnings("unchecked") // the contract of the service's property
    Set<String> sources() {
        Supplier<Set<String>> service = tracker.getService();
        return service == null ? Set.of() : service.get();
    }

    /** Whether the plugin that ships with it has yet to be started. */
    boolean contains(Key key) {
        return key.kind() == Kind.WEBHOOK_SOURCE && sources().contains(key.id());
    }

    /** Whether all have been started. */
    public boolean isEmpty() {
        return tracker.getService() == null;
    }

    @Override
    public void close() {
        atEnd = () -> {};
        tracker.close();
    }
}
