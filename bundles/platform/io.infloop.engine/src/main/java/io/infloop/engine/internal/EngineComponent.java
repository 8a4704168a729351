package io.infloop.engine.internal;

import io.infloop.core.audit.AuditLog;
import io.infloop.core.audit.Redactor;
import io.infloop.core.event.EventHub;
import io.infloop.core.instance.ServerInstance;
import io.infloop.core.instance.StartPart;
import io.infloop.core.metrics.Metrics;
import io.infloop.core.process.ProcessSupervisor;
import io.infloop.core.settings.Settings;
import io.infloop.engine.Runs;
import io.infloop.host.Contributions;
import io.infloop.spi.Registration;
import io.infloop.spi.workspace.WorkspaceRoots;
import io.infloop.store.RecordStore;
import io.infloop.store.TriggerStore;
import io.infloop.store.WorkflowStore;
import io.infloop.workspace.worktree.Worktrees;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Offers {@link Runs} and marks the part {@code engine} as ready, in this order and after interrupted runs have been ended. A server
 * that only answers a command has no runs.
 */
@Component(
        service = {},
        immediate = true)
public final class EngineComponent {
    private final BundleContext context;
    private final Optional<Engine> engine;
    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();
    private final List<Registration> gauges = new ArrayList<>();
    private final SynchronousBundleListener frameworkStop = this::whenFrameworkStops;
    private final AtomicBoolean closed = new AtomicBoolean();

    @Activate
    public EngineComponent(
            BundleContext context,
            @Reference Settings settings,
            @Reference ServerInstance instance,
            @Reference EventHub hub,
            @Reference AuditLog audit,
            @Reference Redactor redactor,
            @Reference Metrics metrics,
            @Reference ProcessSupervisor processes,
            @Reference WorkspaceRoots workspaceRoots,
            @Reference Worktrees worktrees,
            @Reference Contributions contributions,
            @Reference RecordStore records,
            @Reference WorkflowStore workflows,
            @Reference TriggerStore triggers,
            // The files of the plugin folders may offer node types as well.
            @Reference(target = "(" + StartPart.NAME + "=plugins)") StartPart plugins)
            throws InterruptedException {
        this.context = context;
        if (instance.isReadOnly()) {
            engine = Optional.empty();
            return;
        }
        Engine started = new Engine(new Engine.Services(
                settings,
                instance,
                hub,
                audit,
                redactor,
                processes,
                workspaceRoots,
                worktrees,
                contributions,
                records,
                workflows,
                triggers,
                // The framework is active when the last bundle of the distribution has been started. Before that an
                // item from the queue could fail for want of a node type.
                () -> context.getBundle(Constants.SYSTEM_BUNDLE_ID).getState() == Bundle.ACTIVE,
                Clock.systemUTC(),
                System::nanoTime));
        engine = Optional.of(started);
        context.addBundleListener(frameworkStop);
        started.start();
        gauges.add(metrics.gauge("infloop_run_active", "Runs at this moment.", () -> started.runs()
                .active()
                .size()));
        gauges.add(metrics.gauge("infloop_queue_depth", "Items that wait.", records::waitingCount));
        registrations.add(context.registerService(Runs.class, started.runs(), null));
        registrations.add(context.registerService(
                StartPart.class, new StartPart() {}, FrameworkUtil.asDictionary(Map.of(StartPart.NAME, "engine"))));
    }

    /** Plugins are stopped before the platform is: no run may begin or go on without them. */
    private void whenFrameworkStops(BundleEvent event) {
        if (event.getBundle().getBundleId() == Constants.SYSTEM_BUNDLE_ID && event.getType() == BundleEvent.STOPPING) {
            close();
        }
    }

    private void close() {
        if (closed.compareAndSet(false, true)) {
            engine.ifPresent(Engine::close);
        }
    }

    @Deactivate
    public void deactivate() {
        gauges.forEach(Registration::close);
        context.removeBundleListener(frameworkStop);
        registrations.forEach(ServiceRegistration::unregister);
        close();
    }
}
