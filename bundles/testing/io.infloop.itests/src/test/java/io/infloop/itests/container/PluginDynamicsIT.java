package io.infloop.itests.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.host.Contributions;
import io.infloop.host.Lease;
import io.infloop.host.PluginInfo;
import io.infloop.host.PluginState;
import io.infloop.host.Plugins;
import io.infloop.itests.support.Container;
import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.HostileJars;
import io.infloop.itests.support.JarFiles;
import io.infloop.itests.support.PaxExamExtension;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeContext;
import io.infloop.spi.node.NodeType;
import io.infloop.spi.signing.SignatureScheme;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.inject.Inject;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Plugins that come, change and go among the built bundles of the shipped features. */
@ExtendWith(PaxExamExtension.class)
@ExamReactorStrategy(PerClass.class)
public class PluginDynamicsIT {
    @Inject
    private BundleContext context;

    @Inject
    private Contributions contributions;

    @Inject
    private Plugins plugins;

    @Configuration
    public Option[] configuration() {
        return Container.options(
                Distribution.temporaryDirectory("container").resolve("data").toAbsolutePath());
    }

    @Test
    public void shippedPluginsServe() {
        awaitSettled();
        assertThat(contributions.find(NodeType.class, "start")).isPresent();
        assertThat(contributions.find(SignatureScheme.class, "hmac")).isPresent();
        assertThat(plugins.list()).allSatisfy(plugin -> assertThat(plugin.state())
                .as(plugin.id() + ": " + plugin.reason())
                .isEqualTo(PluginState.ACTIVE));
    }

    @Test
    public void aContributionGoesAndComesWithItsBundle() throws Exception {
        awaitSettled();
        Bundle hmac = bundle("io.infloop.signing.declarative");
        hmac.stop();
        try {
            Awaitility.await()
                    .until(() ->
                            contributions.find(SignatureScheme.class, "hmac").isEmpty());
        } finally {
            hmac.start();
        }
        Awaitility.await()
                .until(() -> contributions.find(SignatureScheme.class, "hmac").isPresent());
    }

    @Test
    public void replacementLeavesNoGapForLookUps() throws Exception {
        awaitSettled();
        Path original = Distribution.example("io.infloop.example.node");
        drop("node.jar", original);
        Awaitility.await()
                .until(() -> contributions.find(NodeType.class, "example-shout").isPresent());
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger misses = new AtomicInteger();
        AtomicInteger looks = new AtomicInteger();
        Thread reader = new Thread(() -> {
            while (!stop.get()) {
                looks.incrementAndGet();
                if (contributions.find(NodeType.class, "example-shout").isEmpty()) {
                    misses.incrementAndGet();
                }
            }
        });
        reader.start();
        try (Lease<NodeType> lease = contributions.acquire(NodeType.class, "example-shout")) {
            for (int version = 1; version <= 5; version++) {
                drop("node.jar", JarFiles.withVersion(original, "2.0." + version));
                String expected = "2.0." + version;
                Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> contributions
                        .find(NodeType.class, "example-shout")
                        .map(entry -> entry.plugin().version())
                        .equals(Optional.of(expected)));
            }
            assertThat(lease.isRevoked()).isFalse();
            assertThat(lease.plugin().version()).isEqualTo(Distribution.version());
            assertThat(lease.service().descriptor().id()).isEqualTo("example-shout");
        } finally {
            stop.set(true);
            reader.join();
        }
        assertThat(looks.get()).isPositive();
        assertThat(misses).hasValue(0);
        Awaitility.await()
                .until(() -> Arrays.stream(context.getBundles())
                                .filter(bundle -> "io.infloop.example.node".equals(bundle.getSymbolicName()))
                                .count()
                        == 1);
        Files.delete(folder().resolve("node.jar"));
        Awaitility.await()
                .until(() -> contributions.find(NodeType.class, "example-shout").isEmpty());
    }

    @Test
    public void pluginsCannotImportThePlatform() throws Exception {
        awaitSettled();
        Path curious = JarFiles.withHeader(
                Distribution.example("io.infloop.example.provider"),
                "Import-Package",
                "io.infloop.core.settings,io.infloop.spi,io.infloop.spi.provider,io.infloop.spi.json");
        drop("curious.jar", curious);
        Awaitility.await().until(() -> failure("curious.jar").isPresent());
        assertThat(failure("curious.jar").orElseThrow()).contains("io.infloop.core.settings");
        Files.delete(folder().resolve("curious.jar"));
        Awaitility.await().until(() -> failure("curious.jar").isEmpty());
    }

    @Test
    public void codeThatBelongsToThePlatformIsNotInstalled() throws Exception {
        awaitSettled();
        Path example = Distribution.example("io.infloop.example.provider");
        drop("process.jar", HostileJars.withClass(example, "a.process", "Object o = new ProcessBuilder(\"id\");"));
        drop("environment.jar", HostileJars.withClass(example, "a.environment", "Object o = System.getenv();"));
        drop("exit.jar", HostileJars.withClass(example, "a.exit", "Runnable o = () -> System.exit(3);"));
        drop("library.jar", HostileJars.withLibrary(example, "a.library", "Object o = System.getenv();"));
        for (String file : List.of("process.jar", "environment.jar", "exit.jar", "library.jar")) {
            Awaitility.await().until(() -> failure(file).isPresent());
            assertThat(failure(file).orElseThrow())
                    .startsWith("class hostile.Thing ")
                    .contains("which plugins may not");
            Files.delete(folder().resolve(file));
        }
        assertThat(context.getBundles())
                .noneMatch(bundle -> String.valueOf(bundle.getSymbolicName()).startsWith("a."));
    }

    @Test
    public void shippedPluginsSeeNothingOfThePlatform() throws Exception {
        awaitSettled();
        BundleContext plugin = bundle("io.infloop.signing.declarative").getBundleContext();
        assertThat(plugin.getBundles()).hasSize(1);
        assertThat(plugin.getServiceReference("io.infloop.core.settings.Settings"))
                .isNull();
        assertThat(plugin.getServiceReference("org.osgi.service.cm.ConfigurationAdmin"))
                .isNull();
        assertThat(bundle("io.infloop.spi").getBundleContext())
                .as("the SPI bundle is never started")
                .isNull();
    }

    /** It gets the secret under its own name only, sees when the server is ready, and leaves one line in the audit. */
    @Test
    public void aDroppedInPluginHasItsSecretsAndSeesTheMark() throws Exception {
        awaitSettled();
        store("io.infloop.example.node", "SEAL_KEY", "Jefe\n");
        store("io.infloop.example.signing", "OTHER_KEY", "not yours\n");
        drop("seal.jar", Distribution.example("io.infloop.example.node"));
        Awaitility.await()
                .until(() -> contributions.find(NodeType.class, "example-seal").isPresent());
        try (Lease<NodeType> lease = contributions.acquire(NodeType.class, "example-seal")) {
            NodeContext node = (NodeContext) Proxy.newProxyInstance(
                    NodeContext.class.getClassLoader(), new Class<?>[] {NodeContext.class}, (proxy, method, values) -> {
                        assertThat(method.getName()).isEqualTo("config");
                        return JsonObject.of("text", "what do ya want for nothing?");
                    });
            Awaitility.await().untilAsserted(() -> {
                JsonObject outputs = lease.service().execute(node).outputs();
                assertThat(outputs.string("seal"))
                        .as(outputs.toString())
                        .contains("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
                assertThat(outputs.bool("ready")).contains(true);
            });
        } finally {
            Files.delete(folder().resolve("seal.jar"));
        }
        Path audit = Path.of(context.getProperty("infloop.data"), "audit", "audit.jsonl");
        assertThat(Files.readAllLines(audit))
                .filteredOn(line -> line.contains("secret.read"))
                .singleElement()
                .asString()
                .contains("io.infloop.example.node", "SEAL_KEY")
                .doesNotContain("Jefe");
        Awaitility.await()
                .until(() -> contributions.find(NodeType.class, "example-seal").isEmpty());
    }

    private void store(String plugin, String name, String value) throws java.io.IOException {
        Path folder =
                Files.createDirectories(Path.of(context.getProperty("infloop.data"), "secrets", "plugins", plugin));
        Path file = Files.writeString(folder.resolve(name), value);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private Optional<String> failure(String file) {
        return plugins.list().stream()
                .filter(plugin -> plugin.origin().endsWith(file))
                .map(PluginInfo::reason)
                .flatMap(Optional::stream)
                .findFirst();
    }

    private void awaitSettled() {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(plugins::isSettled);
    }

    private Path folder() throws java.io.IOException {
        return Files.createDirectories(Path.of(context.getProperty("infloop.data"), "plugins"));
    }

    private void drop(String name, Path content) throws java.io.IOException {
        Path temporary = folder().resolve("." + name + ".tmp");
        Files.copy(content, temporary, StandardCopyOption.REPLACE_EXISTING);
        Files.move(
                temporary, folder().resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Bundle bundle(String symbolicName) {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow();
    }
}
