package io.infloop.launcher.boot;

import io.infloop.launcher.exit.CommandFailure;
import io.infloop.launcher.log.RedactingEncoder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Collection;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The framework in this process with the bundles of the feature files. {@link #start} and {@link #stop} are called once each. */
public final class Platform {
    private static final Logger LOG = LoggerFactory.getLogger(Platform.class);

    private final Framework framework;
    private final Features features;
    private final LatePlugins late;
    private Optional<ServiceRegistration<?>> coming = Optional.empty();

    private Platform(Framework framework, Features features, LatePlugins late) {
        this.framework = framework;
        this.features = features;
        this.late = late;
    }

    /**
     * Installs the bundles but for those that can come {@linkplain #bringLatePlugins later}; none is started yet.
     *
     * @param exit what bundles call to end the process: exit code and reason
     * @throws CommandFailure if the distribution is damaged or its cache cannot be written
     */
    public static Platform prepare(LaunchPlan plan, BiConsumer<Integer, String> exit) {
        Features features = Features.read(plan.home());
        Map<String, String> properties = new LinkedHashMap<>(features.properties());
        properties.putAll(plan.properties());
        Framework framework = ServiceLoader.load(FrameworkFactory.class)
                .findFirst()
                .orElseThrow(() -> CommandFailure.refusal(
                        "damaged-distribution", "this distribution is damaged: no framework in lib; unpack it again"))
                .newFramework(properties);
        Platform platform = new Platform(framework, features, LatePlugins.of(plan, features.bundles()));
        try {
            framework.init(event -> report(event));
            framework.getBundleContext().addFrameworkListener(Platform::report);
            platform.offerEnvironment(plan.environment().variables());
            platform.offerLog();
            platform.offerExit(exit);
            platform.offerComing();
            platform.install();
            return platform;
        } catch (BundleException | IOException failure) {
            throw CommandFailure.refusal(
                    "framework",
                    "the framework cannot be prepared in " + plan.instanceDirectory() + ": " + failure.getMessage(),
                    failure);
        }
    }

    /** Starts the bundles by level; returns when the last one was started or failed. */
    public void start() {
        try {
            framework.start();
        } catch (BundleException failure) {
            throw new CommandFailure(
                    CommandFailure.FINDING, "the framework does not start: " + failure.getMessage(), failure);
        }
    }

    /**
     * Installs and starts, on this thread, what the start did not need; to be called once the server listens.
     *
     * @param ended whether to leave off; asked before each of the many small steps
     */
    public void bringLatePlugins(BooleanSupplier ended) {
        late.bring(this::install, ended);
        try {
            coming.ifPresent(ServiceRegistration::unregister);
        } catch (IllegalStateException stopped) {
            LOG.debug("The framework has stopped meanwhile");
        }
    }

    /** Stops everything, in reverse order. @return false if that took longer than {@code limit} */
    public boolean stop(Duration limit) throws InterruptedException {
        try {
            framework.stop();
        } catch (BundleException failure) {
            LOG.warn("The framework does not stop cleanly: {}", failure.getMessage());
        }
        return framework.waitForStop(limit.toMillis()).getType() != FrameworkEvent.WAIT_TIMEDOUT;
    }

    /** What is wrong with the bundles that should be running; for people. Empty when all are well. */
    public List<String> diagnosis() {
        return new Diagnosis(framework.getBundleContext(), features).lines();
    }

    /** Waits for a service of a Java type; empty after {@code limit}. */
    public <T> Optional<T> awaitService(Class<T> type, String filter, Duration limit) throws InterruptedException {
        BundleContext context = framework.getBundleContext();
        CountDownLatch changed = new CountDownLatch(1);
        AtomicReference<T> found = new AtomicReference<>();
        Runnable look = () -> first(context, type, filter).ifPresent(service -> {
            found.set(service);
            changed.countDown();
        });
        ServiceListener listener = event -> look.run();
        try {
            context.addServiceListener(listener, "(&(objectClass=" + type.getName() + ")" + filter + ")");
            look.run();
            changed.await(limit.toMillis(), TimeUnit.MILLISECONDS);
            return Optional.ofNullable(found.get());
        } catch (InvalidSyntaxException wrong) {
            throw new IllegalArgumentException(wrong);
        } finally {
            context.removeServiceListener(listener);
        }
    }

    private static <T> Optional<T> first(BundleContext context, Class<T> type, String filter) {
        try {
            Collection<ServiceReference<T>> references = context.getServiceReferences(type, filter);
            return references.stream().findFirst().map(context::getService);
        } catch (InvalidSyntaxException wrong) {
            throw new IllegalArgumentException(wrong);
        }
    }

    private void offerEnvironment(Map<String, String> variables) {
        AtomicReference<Map<String, String>> once = new AtomicReference<>(variables);
        Supplier<Map<String, String>> supplier = () -> Optional.ofNullable(once.getAndSet(null))
                .orElseThrow(() -> new IllegalStateException("the environment was already taken"));
        framework
                .getBundleContext()
                .registerService(Supplier.class, supplier, property("infloop.handover", "environment"));
    }

    /** Core knows the secrets; the log is here. */
    private void offerLog() {
        Consumer<UnaryOperator<String>> log = RedactingEncoder::redactWith;
        framework.getBundleContext().registerService(Consumer.class, log, property("infloop.log", "redactor"));
    }

    private void offerExit(BiConsumer<Integer, String> exit) {
        framework.getBundleContext().registerService(BiConsumer.class, exit, property("infloop.exit", "true"));
    }

    /** Host has no other way to know what is not installed yet; it is gone when nothing is to come any more. */
    private void offerComing() {
        Supplier<Set<String>> sources = late::coming;
        if (!sources.get().isEmpty()) {
            coming = Optional.of(framework
                    .getBundleContext()
                    .registerService(Supplier.class, sources, property("infloop.coming", "webhook-sources")));
        }
    }

    private void install() throws BundleException, IOException {
        for (FeatureBundle listed : features.bundles()) {
            if (!late.contains(listed)) {
                install(listed);
            }
        }
    }

    private void install(FeatureBundle listed) throws BundleException, IOException {
        BundleContext context = framework.getBundleContext();
        Bundle bundle;
        if (listed.plugin()) {
            try (InputStream content = Files.newInputStream(listed.file())) {
                bundle = context.installBundle(listed.location(), content);
            }
        } else {
            bundle = context.installBundle(listed.location());
        }
        bundle.adapt(BundleStartLevel.class).setStartLevel(listed.startLevel());
        if (listed.started() && bundle.getHeaders().get("Fragment-Host") == null) {
            bundle.start(Bundle.START_ACTIVATION_POLICY);
        }
    }

    private static Dictionary<String, Object> property(String name, Object value) {
        return new Hashtable<>(Map.of(name, value));
    }

    private static void report(FrameworkEvent event) {
        if (event.getType() == FrameworkEvent.ERROR) {
            Throwable cause = event.getThrowable();
            LOG.error(
                    "{}: {}",
                    event.getBundle().getSymbolicName(),
                    cause == null ? "unknown error" : cause.getMessage(),
                    cause);
        }
    }
}
