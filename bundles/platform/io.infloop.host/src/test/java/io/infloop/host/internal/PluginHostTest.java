package io.infloop.host.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.audit.Redactor;
import io.infloop.core.event.EventHub;
import io.infloop.core.instance.ServerInstance;
import io.infloop.core.instance.StartPart;
import io.infloop.core.settings.Settings;
import io.infloop.host.Contributions;
import io.infloop.host.PluginState;
import io.infloop.host.Plugins;
import io.infloop.spi.Registration;
import io.infloop.spi.signing.SignatureScheme;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import sample.EchoScheme;

class PluginHostTest {
    @TempDir
    Path directory;

    private final List<AuditEvent> audited = new CopyOnWriteArrayList<>();
    private final List<String> published = new CopyOnWriteArrayList<>();

    @Test
    void servicesAreOfferedAndNewsAreRecorded() throws Exception {
        try (TestHost framework = new TestHost(directory)) {
            BundleContext context = framework.context();
            PluginJar.of("a.echo", "1.0.0")
                    .component(EchoScheme.class, SignatureScheme.class)
                    .dropInto(directory.resolve("plugins"), "echo.jar");
            PluginJar.drop(directory.resolve("plugins"), "bad.json", "[]");
            PluginHost host =
                    new PluginHost(context, settings(), new Instance(), new Audit(), new Hub(), Redactor.NONE);

            await().atMost(TestHost.SOON)
                    .until(() -> !context.getServiceReferences(StartPart.class, "(infloop.part=plugins)")
                            .isEmpty());
            Plugins plugins = context.getService(context.getServiceReference(Plugins.class));
            Contributions contributions = context.getService(context.getServiceReference(Contributions.class));

            assertThat(plugins.isSettled()).isTrue();
            assertThat(plugins.list())
                    .extracting(plugin -> plugin.id() + " " + plugin.state())
                    .containsExactly("a.echo " + PluginState.ACTIVE, "bad.json " + PluginState.FAILED);
            assertThat(contributions.all(SignatureScheme.class)).hasSize(1);
            assertThat(audited)
                    .extracting(event -> event.type() + " " + event.fields().get("pluginId"))
                    .containsExactlyInAnyOrder("plugin.active a.echo", "plugin.failed bad.json");
            assertThat(published).contains("plugin_changed a.echo active", "plugin_changed bad.json failed");

            host.stop();
            assertThat(context.getServiceReference(Plugins.class)).isNull();
        }
    }

    private Settings settings() {
        return (Settings) Proxy.newProxyInstance(
                Settings.class.getClassLoader(),
                new Class<?>[] {Settings.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "pluginsDirectory" -> directory.resolve("plugins");
                    case "providersDirectory" -> directory.resolve("providers");
                    case "webhookPluginsDirectory" -> directory.resolve("webhook-plugins");
                    case "pluginGrace" -> Duration.ofSeconds(10);
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private final class Instance implements ServerInstance {
        @Override
        public String id() {
            return "i";
        }

        @Override
        public Path directory() {
            return directory.resolve("instance");
        }

        @Override
        public long pid() {
            return 1;
        }

        @Override
        public Instant startedAt() {
            return Instant.EPOCH;
        }

        @Override
        public String version() {
            return "0";
        }

        @Override
        public boolean isReadOnly() {
            return false;
        }

        @Override
        public boolean isAlive(String instanceId) {
            return false;
        }
    }

    private final class Audit implements AuditLog {
        @Override
        public void append(AuditEvent event) {
            audited.add(event);
        }

        @Override
        public long writeErrors() {
            return 0;
        }

        @Override
        public Page read(Query query) {
            return new Page(List.of(), Optional.empty());
        }
    }

    private final class Hub implements EventHub {
        @Override
        public void publish(String type, Optional<String> runId, Map<String, ?> fields) {
            published.add(type + " " + fields.get("id") + " " + fields.get("state"));
        }

        @Override
        public long lastId() {
            return 0;
        }

        @Override
        public Registration subscribe(long afterId, Watcher watcher) {
            return () -> {};
        }

        @Override
        public int watcherCount() {
            return 0;
        }
    }
}
