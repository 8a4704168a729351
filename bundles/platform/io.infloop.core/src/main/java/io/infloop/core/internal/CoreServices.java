package io.infloop.core.internal;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditChain;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.audit.Redactor;
import io.infloop.core.event.EventHub;
import io.infloop.core.http.Logins;
import io.infloop.core.instance.ServerInstance;
import io.infloop.core.internal.audit.AuditCommand;
import io.infloop.core.internal.audit.FileAuditLog;
import io.infloop.core.internal.audit.KnownSecrets;
import io.infloop.core.internal.doctor.Doctor;
import io.infloop.core.internal.egress.EgressPolicy;
import io.infloop.core.internal.egress.SelectorEgressGateway;
import io.infloop.core.internal.event.RingEventHub;
import io.infloop.core.internal.http.Door;
import io.infloop.core.internal.http.HttpListener;
import io.infloop.core.internal.http.LoginDesk;
import io.infloop.core.internal.http.SessionCookie;
import io.infloop.core.internal.instance.DataDirectory;
import io.infloop.core.internal.instance.LocalServerInstance;
import io.infloop.core.internal.metrics.AuditCounts;
import io.infloop.core.internal.metrics.CountedAudit;
import io.infloop.core.internal.metrics.CountedEvents;
import io.infloop.core.internal.metrics.PrometheusMetrics;
import io.infloop.core.internal.outbound.ScopedHttpCallers;
import io.infloop.core.internal.posture.AuditPosture;
import io.infloop.core.internal.posture.ChildrenPosture;
import io.infloop.core.internal.posture.ServerPosture;
import io.infloop.core.internal.process.ChildEnvironment;
import io.infloop.core.internal.process.ChildSupervisor;
import io.infloop.core.internal.process.EgressRules;
import io.infloop.core.internal.process.PidFiles;
import io.infloop.core.internal.process.Sandboxes;
import io.infloop.core.internal.process.ScopedLaunchers;
import io.infloop.core.internal.process.Spawner;
import io.infloop.core.internal.process.WorkingDirectories;
import io.infloop.core.internal.process.Wrappers;
import io.infloop.core.internal.rate.BucketRateLimiters;
import io.infloop.core.internal.sandbox.SandboxReport;
import io.infloop.core.internal.sandbox.SandboxTools;
import io.infloop.core.internal.secret.ScopedSecrets;
import io.infloop.core.internal.selfcheck.SelfCheck;
import io.infloop.core.internal.settings.ApiToken;
import io.infloop.core.internal.settings.EnvironmentSecrets;
import io.infloop.core.internal.settings.ServerSettings;
import io.infloop.core.internal.settings.SettingsReader;
import io.infloop.core.metrics.Metrics;
import io.infloop.core.net.TrustedProxies;
import io.infloop.core.posture.Posture;
import io.infloop.core.posture.PostureSource;
import io.infloop.core.process.ProcessOwner;
import io.infloop.core.process.ProcessSupervisor;
import io.infloop.core.rate.RateLimiters;
import io.infloop.core.settings.Settings;
import io.infloop.spi.Cancellation;
import io.infloop.spi.http.HttpCaller;
import io.infloop.spi.process.ProcessLauncher;
import io.infloop.spi.secret.Secrets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts core's parts together and takes them apart, in the order that security needs. */
final class CoreServices {
    private static final Logger LOGGER = LoggerFactory.getLogger(CoreServices.class);

    private final BundleContext context;
    private final ServerSettings settings;
    private final Optional<ApiToken> token;
    private final boolean command;
    private final KnownSecrets secrets = new KnownSecrets();
    private final ScheduledThreadPoolExecutor scheduler;
    private final LocalServerInstance instance;
    private final PrometheusMetrics metrics;
    private final FileAuditLog auditFiles;
    private final AuditLog audit;
    private final RingEventHub hub = new RingEventHub();
    private final Wrappers wrappers;
    private final PidFiles pidFiles;
    private final SelectorEgressGateway egress;
    private final Sandboxes sandboxes;
    private final ChildSupervisor supervisor;
    private final ServerPosture posture;
    private final SelfCheck selfCheck;
    private final Doctor doctor;
    private final ServiceTracker<PostureSource, PostureSource> postureSources;
    private final HttpListener listener;
    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();
    private final SynchronousBundleListener frameworkStop = this::whenFrameworkStops;
    private boolean announced;
    private Future<?> syncing;

    CoreServices(
            BundleContext context,
            Map<String, String> environment,
            SettingsReader.Result read,
            Optional<ApiToken> token,
            boolean command,
            SelfCheck selfCheck) {
        this.context = context;
        this.settings = read.settings();
        this.token = token;
        this.command = command;
        this.selfCheck = selfCheck;
        token.ifPresent(present -> {
            secrets.add(present.reveal());
            secrets.add(new SessionCookie(present).reveal());
        });
        EnvironmentSecrets.in(environment).forEach(secrets::add);
        LogRedaction.begin(context, secrets);
        this.scheduler = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "infloop timer");
            thread.setDaemon(true);
            return thread;
        });
        scheduler.setRemoveOnCancelPolicy(true);
        String version = Optional.ofNullable(context.getProperty("infloop.version"))
                .orElseGet(() -> context.getBundle().getVersion().toString());
        this.instance = new LocalServerInstance(
                Optional.ofNullable(context.getProperty("infloop.instance"))
                        .orElseGet(() -> "i" + ProcessHandle.current().pid() + "-" + System.currentTimeMillis()),
                settings.dataDirectory(),
                Optional.ofNullable(context.getProperty("infloop.instance.dir")).map(Path::of),
                version,
                command);
        this.metrics = new PrometheusMetrics(version, secrets);
        this.auditFiles = new FileAuditLog(
                settings.dataDirectory().resolve("audit"),
                settings.auditKeyFile(),
                settings.auditMaxBytes(),
                settings.auditMaxFiles(),
                secrets,
                Clock.systemUTC(),
                command);
        AuditCounts counts = new AuditCounts(metrics);
        this.audit = new CountedAudit(auditFiles, counts);
        String path = environment.getOrDefault("PATH", "");
        this.wrappers = Wrappers.find(path);
        this.pidFiles = new PidFiles(settings.dataDirectory(), instance);
        this.egress = new SelectorEgressGateway(audit, secrets);
        Spawner spawner = new Spawner();
        this.sandboxes = new Sandboxes(
                SandboxChoice.of(settings, environment),
                SandboxTools.find(name -> Wrappers.locate(name, path)),
                wrappers,
                spawner,
                command
                        ? Path.of(System.getProperty("java.io.tmpdir"), "infloop-" + instance.id())
                        : instance.directory().resolve("jail"));
        this.supervisor = new ChildSupervisor(
                new ChildEnvironment(environment, settings.childPassthrough()),
                new WorkingDirectories(settings.workspaceRoots(), instance.directory()),
                wrappers,
                spawner,
                sandboxes,
                new EgressRules(egress, enforcement(settings)),
                pidFiles,
                audit,
                scheduler);
        ProcessLauncher own = supervisor.ownLauncherFor(new ProcessOwner(
                context.getBundle().getSymbolicName(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Cancellation.NEVER,
                Optional.of(Path.of("/"))));
        this.postureSources = new ServiceTracker<>(context, PostureSource.class, null);
        this.posture = new ServerPosture(settings, read.warnings(), this::postureSources);
        this.doctor = new Doctor(settings, token, posture, wrappers, own, sandboxes::report, path);
        this.listener = new HttpListener(
                context,
                new Door(
                        token,
                        settings.host(),
                        new TrustedProxies(settings.trustedProxies()),
                        counts::credentialsRefused),
                settings.host(),
                settings.port(),
                version,
                this::listening,
                this::abort);
    }

    /** @throws Refusal if the data directory cannot be used */
    void start() throws InterruptedException {
        DataDirectory data = new DataDirectory(settings, instance.version());
        if (command) {
            data.checkFormat();
            registerShared();
            return;
        }
        auditFiles.checkKey();
        Optional<AuditEvent> tightened = data.prepare();
        auditFiles.prepare();
        SandboxReport sandbox = sandboxes.ladder().report();
        SandboxChoice.check(sandbox);
        LOGGER.info("{}", sandbox.summary());
        instance.announce();
        announced = true;
        audit.append(AuditEvent.of("server.started", Actor.SYSTEM)
                .with("version", instance.version())
                .with("instance", instance.id())
                .with("pid", instance.pid())
                .with("host", settings.host())
                .with("authentication", token.isPresent() ? "token" : "open")
                .with("sandbox", sandbox.inForce().id())
                .with("weakened", posture.weakened()));
        measure();
        tightened.ifPresent(audit::append);
        supervisor.reapOrphans();
        syncing = scheduler.scheduleWithFixedDelay(auditFiles::force, 700, 700, TimeUnit.MILLISECONDS);
        registerShared();
        context.addBundleListener(frameworkStop);
        listener.start();
    }

    private static EgressRules.Enforcement enforcement(ServerSettings settings) {
        return switch (settings.egressEnforcement()) {
            case OFF -> EgressRules.Enforcement.OFF;
            case ON -> EgressRules.Enforcement.DECLARED;
            case STRICT -> EgressRules.Enforcement.STRICT;
        };
    }

    private void measure() {
        metrics.gauge(
                "infloop_child_processes", "Processes that were started and have not ended.", supervisor::childCount);
        metrics.gauge("infloop_sse_clients", "Clients that watch the events.", hub::watcherCount);
        metrics.counter(
                "infloop_audit_write_errors",
                "Lines of the audit log that could not be written since the start.",
                audit::writeErrors);
    }

    void stop() {
        if (!command) {
            closeListener();
            context.removeBundleListener(frameworkStop);
        }
        for (int index = registrations.size() - 1; index >= 0; index--) {
            try {
                registrations.get(index).unregister();
            } catch (IllegalStateException alreadyGone) {
                LOGGER.debug("already unregistered");
            }
        }
        registrations.clear();
        postureSources.close();
        supervisor.close();
        egress.close();
        hub.close();
        if (announced) {
            audit.append(AuditEvent.of("server.stopped", Actor.SYSTEM).with("instance", instance.id()));
        }
        if (syncing != null) {
            syncing.cancel(false);
        }
        scheduler.shutdownNow();
        auditFiles.close();
        if (announced) {
            instance.withdraw();
        }
    }

    /** What core knows itself first. */
    private List<PostureSource> postureSources() {
        List<PostureSource> sources = new ArrayList<>(List.of(
                new ChildrenPosture(wrappers, sandboxes::report),
                new AuditPosture(auditFiles::state, sandboxes::report),
                selfCheck));
        sources.addAll(postureSources.getTracked().values());
        return sources;
    }

    private void registerShared() {
        postureSources.open();
        register(Posture.class, posture);
        register(Settings.class, settings);
        register(ServerInstance.class, instance);
        register(Redactor.class, secrets);
        register(AuditLog.class, audit);
        register(AuditChain.class, auditFiles.chain());
        register(EventHub.class, new CountedEvents(hub, metrics));
        register(Metrics.class, metrics);
        RateLimiters limiters = new BucketRateLimiters();
        register(RateLimiters.class, limiters);
        register(Logins.class, new LoginDesk(token, limiters.perMinute(settings.loginRateLimit()), audit));
        register(ProcessSupervisor.class, supervisor);
        registrations.add(context.registerService(
                ProcessLauncher.class, new ScopedLaunchers(supervisor), FrameworkUtil.asDictionary(Map.of())));
        // Until an operator can grant a plugin more, every plugin reaches the public hosts and nothing else.
        registrations.add(context.registerService(
                HttpCaller.class,
                new ScopedHttpCallers(egress, pluginId -> EgressPolicy.PUBLIC_HOSTS, scheduler),
                FrameworkUtil.asDictionary(Map.of())));
        registrations.add(context.registerService(
                Secrets.class,
                new ScopedSecrets(settings.dataDirectory(), secrets, audit),
                FrameworkUtil.asDictionary(Map.of())));
        registerCommand("doctor", doctor);
        registerCommand("audit-verify", AuditCommand.verify(auditFiles.chain()));
        registerCommand("audit-checkpoint", AuditCommand.checkpoint(auditFiles.chain()));
    }

    private void registerCommand(String name, Function<List<String>, String> command) {
        registrations.add(context.registerService(
                Function.class, command, FrameworkUtil.asDictionary(Map.of("infloop.command", name))));
    }

    private <T> void register(Class<T> type, T service) {
        registrations.add(context.registerService(type, service, FrameworkUtil.asDictionary(Map.of())));
    }

    private void listening(int port) {
        instance.announceListener(settings.host(), port);
    }

    /** On a thread of its own: stopping waits for the listener's. */
    private void abort(Refusal refusal) {
        Thread thread = new Thread(() -> ExitRequest.refuse(context, refusal), "infloop exit");
        thread.setDaemon(true);
        thread.start();
    }

    /** The port closes before the first part goes, so that nobody is told "not found" by a server that is going down. */
    private void whenFrameworkStops(BundleEvent event) {
        if (event.getBundle().getBundleId() == 0 && event.getType() == BundleEvent.STOPPING) {
            closeListener();
        }
    }

    /** Jetty would wait for the streams of events, which have no end of their own. */
    private void closeListener() {
        hub.close();
        listener.close();
    }
}
