package io.infloop.host.internal;

import static org.awaitility.Awaitility.await;

import io.infloop.host.Contributions;
import io.infloop.host.Lease;
import io.infloop.host.PluginInfo;
import io.infloop.host.PluginState;
import io.infloop.host.internal.deploy.HostRuntime;
import io.infloop.host.internal.deploy.PluginNews;
import io.infloop.host.internal.folder.FolderWatcher;
import io.infloop.host.internal.folder.PluginFolder;
import io.infloop.host.internal.hook.Hooks;
import io.infloop.host.internal.manifest.ManifestKind;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.WebhookRequest;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.felix.scr.info.ScrInfo;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/** A real framework with declarative services, and the plugin host in it on behalf of the system bundle. */
final class TestHost implements AutoCloseable {
    static final Duration SOON = Duration.ofSeconds(15);

    final Path plugins;
    final Path providers;
    final Path webhooks;
    final List<String> news = new CopyOnWriteArrayList<>();
    final List<String> changes = new CopyOnWriteArrayList<>();
    /** Taken out of what is told about plugins. */
    volatile String secret = "no secret at all";

    final AtomicReference<Error> failure = new AtomicReference<>();
    final AtomicBoolean settled = new AtomicBoolean();
    private final Path directory;
    private final Framework framework;
    private HostRuntime runtime;

    TestHost(Path directory) throws BundleException {
        this.directory = directory;
        this.plugins = directory.resolve("plugins");
        this.providers = directory.resolve("providers");
        this.webhooks = directory.resolve("webhook-plugins");
        System.clearProperty("sample.release");
        Map<String, String> configuration = new HashMap<>();
        configuration.put(
                Constants.FRAMEWORK_STORAGE, directory.resolve("cache").toString());
        configuration.put("org.osgi.framework.bsnversion", "managed");
        configuration.put("felix.bootdelegation.implicit", "false");
        configuration.put(
                Constants.FRAMEWORK_SYSTEMCAPABILITIES_EXTRA,
                "osgi.extender;osgi.extender=\"io.infloop.manifest\";version:Version=\"1.0\"");
        configuration.put(
                Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                exported("1.0.0", "io.infloop.spi", "io.infloop.spi.json", "io.infloop.spi.node")
                        + exported("1.0.0", "io.infloop.spi.process", "io.infloop.spi.provider")
                        + exported("1.0.0", "io.infloop.spi.signing", "io.infloop.spi.webhook")
                        + exported("1.0.0", "io.infloop.spi.workspace", "io.infloop.core.audit")
                        + exported("2.0.17", "org.slf4j")
                        + exported("1.5.1", "org.osgi.service.component", "org.osgi.service.component.runtime")
                        + exported("1.5.1", "org.osgi.service.component.runtime.dto")
                        + exported("1.3.0", "org.osgi.util.promise")
                        + "org.osgi.util.function;version=\"1.2.0\"");
        this.framework = ServiceLoader.load(FrameworkFactory.class)
                .findFirst()
                .orElseThrow()
                .newFramework(configuration);
        framework.start();
        new Hooks(context());
        String scr = ScrInfo.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toString();
        context().installBundle(scr).start();
    }

    private static String exported(String version, String... packages) {
        StringBuilder clauses = new StringBuilder();
        for (String name : packages) {
            clauses.append(name).append(";version=\"").append(version).append("\",");
        }
        return clauses.toString();
    }

    BundleContext context() {
        return framework.getBundleContext();
    }

    TestHost start() {
        return start(Duration.ofSeconds(20));
    }

    TestHost start(Duration grace) {
        runtime = new HostRuntime(
                context(),
                List.of(
                        new PluginFolder(plugins, Optional.empty()),
                        new PluginFolder(providers, Optional.of(ManifestKind.PROVIDER)),
                        new PluginFolder(webhooks, Optional.of(ManifestKind.WEBHOOK))),
                directory.resolve("staged"),
                new HostRuntime.Limits(
                        new FolderWatcher.Timing(Duration.ofMillis(20), Duration.ofMillis(300), Duration.ofMillis(600)),
                        Duration.ofSeconds(2),
                        Duration.ofMillis(700),
                        Duration.ofMillis(400),
                        grace,
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(10)),
                new Recorder(),
                text -> text.replace(secret, "[redacted]"),
                () -> settled.set(true));
        runtime.start();
        await().atMost(SOON).until(settled::get);
        return this;
    }

    /** Stops the framework as the end of the server does: the host goes when its turn comes. */
    void stopFramework() throws Exception {
        framework.stop();
        framework.waitForStop(10_000);
        HostRuntime stopped = runtime;
        runtime = null;
        try {
            stopped.close();
        } catch (IllegalStateException contextGone) {
            // The host's own bundle stops earlier in a server; here it is the system bundle.
        }
    }

    /** Installs a plugin as the launcher does. */
    Bundle ship(PluginJar jar, String symbolicName) throws BundleException {
        Bundle bundle = context().installBundle("shipped:" + symbolicName, new ByteArrayInputStream(jar.build()));
        bundle.start();
        return bundle;
    }

    Contributions contributions() {
        return runtime.contributions();
    }

    List<PluginInfo> list() {
        return runtime.plugins().list();
    }

    boolean isSettled() {
        return runtime.plugins().isSettled();
    }

    Optional<PluginInfo> plugin(String id, PluginState state) {
        return list().stream()
                .filter(info -> info.id().equals(id) && info.state() == state)
                .findFirst();
    }

    PluginInfo awaitPlugin(String id, PluginState state) {
        await().atMost(SOON)
                .conditionEvaluationListener(condition -> {
                    if (condition.getRemainingTimeInMS() < 200 && !condition.isSatisfied()) {
                        throw new AssertionError("no " + id + " " + state + " among " + list());
                    }
                })
                .until(() -> plugin(id, state).isPresent());
        return plugin(id, state).orElseThrow();
    }

    boolean offers(String scheme) {
        return contributions().find(SignatureScheme.class, scheme).isPresent();
    }

    /** Which jar answers for a scheme. */
    String mark(String scheme) throws Exception {
        try (Lease<SignatureScheme> lease = contributions().acquire(SignatureScheme.class, scheme)) {
            return mark(lease, "POST");
        }
    }

    static String mark(Lease<SignatureScheme> lease, String method) throws Exception {
        Verification verification = lease.call(
                Duration.ofMillis(500),
                scheme -> scheme.verify(
                        request(method), JsonObject.EMPTY, SigningContext.of(List.of(), Clock.systemUTC())));
        return ((Verification.Rejected) verification).detail();
    }

    private static WebhookRequest request(String method) {
        return new WebhookRequest(method, Optional.empty(), "", HttpHeaders.of(Map.of()), new byte[0], Instant.EPOCH);
    }

    @Override
    public void close() throws Exception {
        System.setProperty("sample.release", "true");
        if (runtime != null) {
            runtime.close();
        }
        framework.stop();
        framework.waitForStop(10_000);
    }

    private final class Recorder implements PluginNews {
        @Override
        public void changed(PluginInfo plugin) {
            changes.add(plugin.id() + " " + plugin.state());
            Error next = failure.getAndSet(null);
            if (next != null) {
                throw next;
            }
        }

        @Override
        public void serves(PluginInfo plugin, Optional<String> previous) {
            news.add((previous.isPresent() ? "replaced " : "active ") + plugin.id() + " " + plugin.version());
        }

        @Override
        public void failed(PluginInfo plugin) {
            news.add("failed " + plugin.id());
        }

        @Override
        public void removed(PluginInfo plugin) {
            news.add("removed " + plugin.id());
        }
    }
}
