package io.infloop.host.internal.deploy;

import io.infloop.host.internal.PlainText;
import io.infloop.host.internal.registry.ContributionRegistry;
import io.infloop.host.internal.registry.PluginVersion;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.FrameworkWiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets versions finish what began on them and then uninstalls them, never on a thread that others need. */
final class Retirement {
    private static final Logger LOG = LoggerFactory.getLogger(Retirement.class);

    private final ContributionRegistry registry;
    private final FrameworkWiring wiring;
    private final ScheduledExecutorService worker;
    private final Duration grace;
    private final Runnable finished;
    private final Set<PluginVersion> retiring = ConcurrentHashMap.newKeySet();

    /** @param finished runs on the worker after a version has gone */
    Retirement(
            BundleContext context,
            ContributionRegistry registry,
            ScheduledExecutorService worker,
            Duration grace,
            Runnable finished) {
        this.registry = registry;
        this.wiring = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
        this.worker = worker;
        this.grace = grace;
        this.finished = finished;
    }

    /** Versions that finish calls. */
    Set<PluginVersion> retiring() {
        return retiring;
    }

    /** Uninstalls a version that look-ups no longer find once its leases are returned or the grace is over. */
    void retire(PluginVersion version) {
        retiring.add(version);
        version.onIdle(() -> ifIdle(version));
        ifIdle(version);
        if (retiring.contains(version)) {
            Future<?> unused = worker.schedule(() -> endGrace(version), grace.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void ifIdle(PluginVersion version) {
        if (version.closeIfIdle()) {
            discard(version);
        }
    }

    private void endGrace(PluginVersion version) {
        if (retiring.contains(version)) {
            LOG.warn(
                    "Plugin {} {} was replaced or removed and had {} ms to finish its calls; {} did not",
                    version.ref().id(),
                    version.ref().version(),
                    grace.toMillis(),
                    version.leases());
            version.revoke();
            discard(version);
        }
    }

    /** Uninstalls a version at once, on a thread of its own: its code may not let go. */
    void discard(PluginVersion version) {
        retiring.remove(version);
        Thread thread = new Thread(
                () -> uninstall(version), "uninstall " + version.ref().id());
        thread.setDaemon(true);
        thread.start();
    }

    private void uninstall(PluginVersion version) {
        Bundle bundle = version.bundle();
        try {
            bundle.uninstall();
            wiring.refreshBundles(List.of(bundle));
        } catch (BundleException | IllegalStateException failed) {
            LOG.warn(
                    "Plugin {} could not be uninstalled cleanly: {}",
                    version.ref().id(),
                    PlainText.of(String.valueOf(failed.getMessage())));
        } finally {
            registry.forget(version);
            try {
                worker.execute(finished);
            } catch (RejectedExecutionException stopping) {
                LOG.debug("The server stops while a plugin goes");
            }
        }
    }
}
