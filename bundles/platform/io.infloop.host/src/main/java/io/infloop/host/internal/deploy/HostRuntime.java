package io.infloop.host.internal.deploy;

import io.infloop.host.Contributions;
import io.infloop.host.PluginInfo;
import io.infloop.host.Plugins;
import io.infloop.host.internal.folder.FolderWatcher;
import io.infloop.host.internal.folder.PluginFolder;
import io.infloop.host.internal.hook.PluginBundles;
import io.infloop.host.internal.manifest.ManifestExtender;
import io.infloop.host.internal.registry.Coming;
import io.infloop.host.internal.registry.ContributionRegistry;
import io.infloop.host.internal.registry.ServiceAdopter;
import io.infloop.host.internal.stage.Stager;
import io.infloop.spi.Registration;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The plugin host as a whole: takes what ships, then what the folders hold, and keeps up with both. */
public final class HostRuntime implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostRuntime.class);
    private static final long LOOK_MILLIS = 50;

    private final BundleContext context;
    private final Limits limits;
    private final ScheduledExecutorService worker;
    private final ScheduledExecutorService watchdog;
    private final Coming coming;
    private final ContributionRegistry registry;
    private final ServiceAdopter adopter;
    private final ManifestExtender extender;
    private final Report report;
    private final PluginList list;
    private final Retirement retirement;
    private final Deployer deployer;
    private final FolderWatcher watcher;
    private final Registration changes;
    private final AtomicBoolean refreshDue = new AtomicBoolean();
    private final Runnable settled;
    private final long start = System.nanoTime();
    private volatile boolean closed;
    /** Whether the server need not wait for plugins any longer; used by the worker. */
    private boolean begun;

    /**
     * How long things may take.
     *
     * @param activation of a plugin
     * @param contributions that a plugin registers after its start
     * @param read of a contribution's id and of a manifest's check
     * @param grace for calls on a version that was replaced
     * @param shipped until everything that ships must have started
     * @param settle until the server starts without waiting for the rest
     */
    public record Limits(
            FolderWatcher.Timing folders,
            Duration activation,
            Duration contributions,
            Duration read,
            Duration grace,
            Duration shipped,
            Duration settle) {
        public static Limits standard(Duration grace) {
            return new Limits(
                    new FolderWatcher.Timing(Duration.ofMillis(50), Duration.ofSeconds(2), Duration.ofSeconds(2)),
                    Duration.ofSeconds(15),
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(2),
                    grace,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(20));
        }
    }

    /**
     * @param context of host, which sees every service and bundle
     * @param staging where private copies are kept
     * @param settled runs once, when the plugins that were there at start have been dealt with
     */
    public HostRuntime(
            BundleContext context,
            List<PluginFolder> folders,
            Path staging,
            Limits limits,
            PluginNews news,
            UnaryOperator<String> redaction,
            Runnable settled) {
        this.context = context;
        this.limits = limits;
        this.settled = settled;
        this.worker = Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "plugins"));
        this.watchdog = Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "plugin deadlines"));
        this.coming = new Coming(context);
        this.registry = new ContributionRegistry(watchdog, coming);
        Components components = new Components(context);
        Diagnosis diagnosis = new Diagnosis(context);
        this.list = new PluginList(news, Clock.systemUTC(), redaction);
        this.retirement = new Retirement(context, registry, worker, limits.grace(), this::refresh);
        this.extender = new ManifestExtender(context, registry, limits.read());
        this.adopter = new ServiceAdopter(context, registry, limits.read());
        this.report = new Report(context, registry, extender, components, diagnosis);
        Installer installer = new Installer(
                context,
                registry,
                diagnosis,
                new Activation.Judge(registry, extender::states, components, limits.contributions()));
        this.deployer = new Deployer(
                worker, new Stager(staging), installer, registry, retirement, limits.activation(), this::refresh);
        this.watcher = new FolderWatcher(folders, limits.folders(), deployer);
        this.changes = registry.onChange(this::scheduleRefresh);
        worker.execute(installer::clear);
    }

    /** Begins with the folders as soon as what ships has started. */
    public void start() {
        worker.execute(this::awaitShipped);
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    public Contributions contributions() {
        return registry;
    }

    public Plugins plugins() {
        return list;
    }

    /** What ships comes first, so that an operator's files find what they build on and nobody takes a shipped id. */
    private void awaitShipped() {
        if (isShippedStarted() || hasTaken(limits.shipped())) {
            watcher.start();
            awaitSettled();
        } else {
            Future<?> unused = worker.schedule(this::awaitShipped, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private boolean isShippedStarted() {
        Bundle framework = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION);
        int level = framework.adapt(FrameworkStartLevel.class).getStartLevel();
        return Arrays.stream(context.getBundles())
                .filter(PluginBundles::isShipped)
                .allMatch(bundle -> bundle.getState() == Bundle.ACTIVE
                        || (framework.getState() == Bundle.ACTIVE
                                && level > bundle.adapt(BundleStartLevel.class).getStartLevel()));
    }

    private void awaitSettled() {
        if (isStopping()) {
            return;
        }
        boolean inTime = deployer.isSettled();
        if (inTime || hasTaken(limits.settle())) {
            if (!inTime) {
                LOG.warn(
                        "Not all plugins were ready {} s after the start; the server starts without waiting for them",
                        limits.settle().toSeconds());
            }
            begun = true;
            renew(true);
            settled.run();
        } else {
            Future<?> unused = worker.schedule(this::awaitSettled, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private boolean hasTaken(Duration time) {
        return System.nanoTime() - start > time.toNanos();
    }

    private void scheduleRefresh() {
        if (refreshDue.compareAndSet(false, true)) {
            try {
                worker.execute(this::refresh);
            } catch (RejectedExecutionException stopping) {
                LOG.debug("Plugins changed while the server stops");
            }
        }
    }

    private void refresh() {
        refreshDue.set(false);
        renew(begun && coming.isEmpty());
    }

    /**
     * @param listed whether the list is renewed too. While plugins come one after the other, at the start and after it, nobody reads it, and to
     *     find out each time why the others are not there yet takes longer than to start them
     */
    private void renew(boolean listed) {
        // Asked beforehand: what came is in the rows then.
        boolean whole = begun && coming.isEmpty();
        try {
            extender.evaluate();
            if (!listed) {
                return;
            }
            Map<PluginList.Row, PluginInfo> rows = report.rows(deployer, retirement);
            // Asked afterwards: bundles stop only once the framework says that it does, so these rows are not of that
            // time.
            if (!isStopping()) {
                list.publish(rows);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (IllegalStateException stopping) {
            LOG.debug("Plugins changed while the server stops", stopping);
        } catch (RuntimeException | Error defect) {
            LOG.error("The list of plugins could not be renewed", defect);
        }
        if (whole) {
            list.settle();
        }
    }

    /** Whether plugins go because everything goes; what becomes of them is no news then. */
    private boolean isStopping() {
        return closed
                || (context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getState() & (Bundle.STARTING | Bundle.ACTIVE))
                        == 0;
    }

    @Override
    public void close() {
        closed = true;
        changes.close();
        watcher.close();
        worker.shutdownNow();
        adopter.close();
        extender.close();
        coming.close();
        watchdog.shutdownNow();
    }
}
