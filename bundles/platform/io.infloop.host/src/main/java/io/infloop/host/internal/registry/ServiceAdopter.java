package io.infloop.host.internal.registry;

import io.infloop.core.id.Ids;
import io.infloop.host.internal.RefusedException;
import io.infloop.host.internal.hook.PluginBundles;
import io.infloop.spi.Contribution;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.osgi.framework.AllServiceListener;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the services of plugins into the registry. Getting a service and reading its id is already a call into the plugin: it runs
 * on the plugin's threads with a deadline, never on the thread that registered it.
 */
public final class ServiceAdopter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceAdopter.class);
    private static final int MAX_SERVICES = 256;
    private static final GuardedCall.Watcher UNWATCHED = new GuardedCall.Watcher() {
        @Override
        public void abandoned() {
            // The pool counts its threads.
        }

        @Override
        public void cameBack() {
            // Nothing was switched off.
        }
    };

    private final BundleContext context;
    private final ContributionRegistry registry;
    private final Duration readDeadline;
    private final Map<ServiceReference<?>, PluginVersion> adopted = new ConcurrentHashMap<>();
    private final AllServiceListener listener = this::changed;

    public ServiceAdopter(BundleContext context, ContributionRegistry registry, Duration readDeadline) {
        this.context = context;
        this.registry = registry;
        this.readDeadline = readDeadline;
        String filter = Arrays.stream(Kind.values())
                .map(kind -> "(" + Constants.OBJECTCLASS + "=" + kind.type().getName() + ")")
                .collect(Collectors.joining("", "(|", ")"));
        try {
            context.addServiceListener(listener, filter);
            ServiceReference<?>[] present = context.getAllServiceReferences(null, filter);
            if (present != null) {
                Arrays.stream(present).forEach(this::adopt);
            }
        } catch (InvalidSyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private void changed(ServiceEvent event) {
        ServiceReference<?> reference = event.getServiceReference();
        try {
            switch (event.getType()) {
                case ServiceEvent.REGISTERED -> adopt(reference);
                case ServiceEvent.UNREGISTERING -> drop(reference);
                default -> {
                    // Properties of services mean nothing here, service.ranking included.
                }
            }
        } catch (RuntimeException defect) {
            LOG.error("A service could not be taken into account", defect);
        }
    }

    private void adopt(ServiceReference<?> reference) {
        Bundle bundle = reference.getBundle();
        if (bundle == null) {
            return;
        }
        if (!PluginBundles.isPlugin(bundle)) {
            LOG.warn("{} is no plugin; what it contributes is ignored", bundle.getSymbolicName());
            return;
        }
        Optional<PluginVersion> version =
                PluginBundles.isShipped(bundle) ? Optional.of(registry.shipped(bundle)) : registry.versionOf(bundle);
        if (version.isEmpty() || adopted.putIfAbsent(reference, version.get()) != null) {
            return;
        }
        adopt(reference, version.get());
    }

    private void adopt(ServiceReference<?> reference, PluginVersion version) {
        long count = adopted.values().stream().filter(version::equals).count();
        if (count > MAX_SERVICES) {
            registry.problem(version, "offers more than " + MAX_SERVICES + " services; split the plugin");
            return;
        }
        if (version.origin() == Origin.SHIPPED || version.origin() == Origin.MANIFEST) {
            try {
                take(reference, version, read(reference));
            } catch (Throwable thrown) {
                refuse(reference, version, Failure.of(thrown, Optional.of(version.bundle())));
            }
            return;
        }
        registry.pending(version, 1);
        Future<?> unused = version.threads()
                .start(readDeadline, () -> read(reference), UNWATCHED)
                .whenComplete((end, error) -> {
                    try {
                        ended(reference, version, end);
                    } finally {
                        registry.pending(version, -1);
                    }
                });
    }

    private void ended(ServiceReference<?> reference, PluginVersion version, GuardedCall.End<List<Read>> end) {
        if (end instanceof GuardedCall.End.Returned<List<Read>> returned) {
            take(reference, version, returned.value());
        } else if (end instanceof GuardedCall.End.Threw<List<Read>> threw) {
            refuse(reference, version, threw.failure());
        } else if (end instanceof GuardedCall.End.Abandoned<List<Read>> abandoned) {
            registry.problem(
                    version,
                    "a service did not tell its id within " + readDeadline.toMillis() + " ms"
                            + abandoned
                                    .where()
                                    .map(place -> " (at " + place + ")")
                                    .orElse("")
                            + "; id() and descriptor() must not block");
        } else {
            registry.problem(version, "a service could not be read: all threads of the plugin are stuck");
        }
    }

    private void take(ServiceReference<?> reference, PluginVersion version, List<Read> contributions) {
        for (Read read : contributions) {
            if (!adopted.containsKey(reference)) {
                return;
            }
            boolean trusted = version.origin() != Origin.JAR || read.service() instanceof Interpreted;
            registry.offer(version, read.key(), read.service(), read.descriptor(), reference, trusted);
        }
        if (!adopted.containsKey(reference)) {
            // Unregistered while it was being taken.
            registry.withdraw(version, reference);
        }
    }

    private void refuse(ServiceReference<?> reference, PluginVersion version, Failure failure) {
        String classes = String.join(", ", (String[]) reference.getProperty(Constants.OBJECTCLASS));
        registry.problem(
                version,
                failure.cause() instanceof RefusedException refusal
                        ? refusal.getMessage()
                        : "a service (" + classes + ") could not be read: " + failure.withFrame());
    }

    private void drop(ServiceReference<?> reference) {
        PluginVersion version = adopted.remove(reference);
        if (version != null) {
            registry.withdraw(version, reference);
        }
    }

    private List<Read> read(ServiceReference<?> reference) throws RefusedException {
        Object service = context.getService(reference);
        if (service == null) {
            throw new RefusedException("a service is registered but cannot be had; see the log for its component");
        }
        List<Read> contributions = new ArrayList<>();
        for (String className : (String[]) reference.getProperty(Constants.OBJECTCLASS)) {
            Optional<Kind> kind = Kind.ofInterface(className);
            if (kind.isPresent()) {
                contributions.add(read(kind.get(), service));
            }
        }
        return contributions;
    }

    private static Read read(Kind kind, Object service) throws RefusedException {
        if (!kind.type().isInstance(service)) {
            throw new RefusedException("registers a " + kind.words()
                    + " of another io.infloop.spi than the server's; import the SPI and do not pack it into the jar");
        }
        Contribution contribution = kind.type().cast(service);
        String id = contribution.id();
        if (id == null || !Ids.isContributionId(id)) {
            throw new RefusedException("offers a " + kind.words()
                    + " whose id is not [a-z][a-z0-9_-]* with at most 64 characters; correct id()");
        }
        Object descriptor = kind.describe(contribution, id);
        if (descriptor == null || !id.equals(kind.idIn(descriptor))) {
            throw new RefusedException(kind.words() + " '" + id
                    + "' has no descriptor with that id; id() and descriptor().id() must agree");
        }
        return new Read(new Key(kind, id), contribution, descriptor);
    }

    @Override
    public void close() {
        context.removeServiceListener(listener);
    }

    /** A contribution as read from a service. */
    private record Read(Key key, Contribution service, Object descriptor) {}

    /** Marks services that are host's own code, which interprets a manifest. */
    public interface Interpreted {}
}
