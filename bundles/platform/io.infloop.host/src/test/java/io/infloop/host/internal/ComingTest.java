package io.infloop.host.internal;

import static io.infloop.host.internal.TestHost.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.infloop.host.ContributionUnavailableException;
import io.infloop.host.PluginState;
import io.infloop.spi.webhook.WebhookSource;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.ServiceRegistration;

/** Sources that ship and are started after the server began to listen. */
class ComingTest {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    private final Set<String> coming = ConcurrentHashMap.newKeySet();
    private TestHost host;
    private ServiceRegistration<?> launcher;

    @BeforeEach
    void framework() throws Exception {
        host = new TestHost(directory);
        coming.add("acme");
        Supplier<Set<String>> left = () -> Set.copyOf(coming);
        launcher = host.context()
                .registerService(Supplier.class, left, new Hashtable<>(Map.of("infloop.coming", "webhook-sources")));
    }

    @AfterEach
    void stop() throws Exception {
        host.close();
    }

    private static String manifest(String id, String name) {
        return """
                {"kind":"webhook","id":"%s","displayName":"%s",
                 "events":[{"type":"push","displayName":"Push","fields":[],"examplePayload":{}}]}"""
                .formatted(id, name);
    }

    private static PluginJar jar(String symbolicName, String id, String name) {
        return PluginJar.of(symbolicName, "1.0.0")
                .header("Infloop-Manifests", "OSGI-INF/infloop/*.json")
                .text("OSGI-INF/infloop/source.json", manifest(id, name));
    }

    private String served(String id) {
        return host.contributions()
                .find(WebhookSource.class, id)
                .map(entry -> entry.descriptorAs(WebhookSource.Descriptor.class).displayName())
                .orElse("nobody");
    }

    /** What the launcher does when the turn of a source comes. */
    private void ship() throws Exception {
        host.ship(jar("shipped.acme", "acme", "Shipped"), "shipped.acme");
        coming.remove("acme");
        launcher.unregister();
    }

    @Test
    void theServerIsReadyWithoutThemAndTheListIsWholeWhenTheyHaveCome() throws Exception {
        host.start();

        assertThat(host.isSettled()).isFalse();
        assertThat(host.contributions().coming(WebhookSource.class)).containsExactly("acme");
        assertThatThrownBy(() -> host.contributions().acquire(WebhookSource.class, "acme"))
                .isInstanceOf(ContributionUnavailableException.class)
                .hasMessageContaining("still being started");

        ship();

        await().atMost(SOON).until(host::isSettled);
        assertThat(host.plugin("shipped.acme", PluginState.ACTIVE))
                .as("whoever is told that the list is whole finds it whole")
                .isPresent();
        assertThat(host.contributions().coming(WebhookSource.class)).isEmpty();
    }

    @Test
    void whoWaitsForOneGoesOnAsSoonAsItIsThere() throws Exception {
        host.start();
        CompletableFuture<String> waiter = CompletableFuture.supplyAsync(() -> {
            try {
                host.contributions().awaitComing(WebhookSource.class, Set.of("acme"), SOON);
                return served("acme");
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        });
        host.contributions().awaitComing(WebhookSource.class, Set.of("nobodys"), SOON);
        assertThat(waiter).isNotDone();

        ship();

        await().atMost(SOON).until(waiter::isDone);
        assertThat(waiter.join()).isEqualTo("Shipped");
    }

    @Test
    void noJarTakesTheIdMeanwhile() throws Exception {
        jar("a.thief", "acme", "Thief").dropInto(host.plugins, "thief.jar");
        jar("b.honest", "honest", "Honest").dropInto(host.plugins, "honest.jar");
        host.start();

        await().atMost(SOON).until(() -> served("honest").equals("Honest"));
        assertThat(served("acme")).isEqualTo("nobody");
        assertThat(host.awaitPlugin("a.thief", PluginState.DUPLICATE).reason().orElseThrow())
                .contains("still being started");

        ship();

        await().atMost(SOON).until(() -> served("acme").equals("Shipped"));
        await().atMost(SOON).until(() -> host.awaitPlugin("a.thief", PluginState.DUPLICATE)
                .reason()
                .orElseThrow()
                .contains("shipped.acme"));
    }

    @Test
    void aManifestOfTheOperatorServesBeforeAndAfter() throws Exception {
        PluginJar.drop(host.webhooks, "acme.json", manifest("acme", "Mine"));
        host.start();
        assertThat(served("acme")).isEqualTo("Mine");

        ship();

        host.awaitPlugin("webhook.acme", PluginState.OVERRIDES_SHIPPED);
        host.awaitPlugin("shipped.acme", PluginState.OVERRIDDEN);
        assertThat(served("acme")).isEqualTo("Mine");
    }

    @Test
    void oneThatNeverComesLeavesItsIdToOthers() throws Exception {
        jar("a.other", "acme", "Other").dropInto(host.plugins, "other.jar");
        host.start();
        host.awaitPlugin("a.other", PluginState.DUPLICATE);

        coming.clear();
        launcher.unregister();

        host.awaitPlugin("a.other", PluginState.ACTIVE);
        assertThat(served("acme")).isEqualTo("Other");
    }
}
