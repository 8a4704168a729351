package io.infloop.host.internal;

import static io.infloop.host.internal.TestHost.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.infloop.host.Lease;
import io.infloop.host.PluginInfo;
import io.infloop.host.PluginState;
import io.infloop.spi.provider.AgentRequest;
import io.infloop.spi.provider.OutputParser;
import io.infloop.spi.provider.Provider;
import io.infloop.spi.provider.ProviderDescriptor;
import io.infloop.spi.provider.ProviderTransport;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.ValueRule;
import io.infloop.spi.webhook.WebhookSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import sample.EchoScheme;
import sample.SampleParser;
import sample.SampleTransport;

class ManifestDeployTest {
    private static final String GITHUB =
            """
            {"id":"github","displayName":"GitHub","eventHeader":"X-GitHub-Event",
             "deliveryId":{"from":"header","name":"X-GitHub-Delivery"},
             "events":[{"type":"push","displayName":"Push","fields":[{"path":"body.ref","type":"string"}],"examplePayload":{}}]
             %s}""";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    private TestHost host;

    @BeforeEach
    void framework() throws Exception {
        host = new TestHost(directory);
    }

    @AfterEach
    void stop() throws Exception {
        host.close();
    }

    private static String provider(String id, String label) {
        return "{\"kind\":\"provider\",\"id\":\"" + id + "\",\"label\":\"" + label
                + "\",\"description\":\"d\",\"bin\":\"" + label + "\"}";
    }

    private static PluginJar transport() {
        return PluginJar.of("a.transport", "1.0.0").component(SampleTransport.class, ProviderTransport.class);
    }

    private String label(String provider) {
        return host.contributions()
                .find(Provider.class, provider)
                .map(entry -> entry.descriptorAs(ProviderDescriptor.class).label())
                .orElse("none");
    }

    @Test
    void manifestsServeFromAllThreeFolders() throws Exception {
        host.start();
        transport().dropInto(host.plugins, "transport.jar");
        PluginJar.drop(host.plugins, "one.json", provider("one", "One"));
        PluginJar.drop(host.providers, "two.json", provider("two", "Two"));
        PluginJar.drop(host.webhooks, "github.json", GITHUB.formatted(""));
        PluginJar.drop(host.providers, "mine.hermes.local.json", provider("three", "Three"));

        host.awaitPlugin("provider.one", PluginState.ACTIVE);
        host.awaitPlugin("provider.two", PluginState.ACTIVE);
        PluginInfo source = host.awaitPlugin("webhook.github", PluginState.ACTIVE);

        assertThat(label("two")).isEqualTo("Two");
        assertThat(source.contributions()).containsExactly("webhook-source:github");
        WebhookSource.Descriptor github = host.contributions()
                .find(WebhookSource.class, "github")
                .orElseThrow()
                .descriptorAs(WebhookSource.Descriptor.class);
        assertThat(github.eventType()).contains(ValueRule.at(ValueLocation.header("x-github-event")));
        assertThat(github.deliveryId()).contains(ValueRule.at(ValueLocation.header("x-github-delivery")));
        assertThat(host.list()).hasSize(4);
        assertThat(run("one")).contains("ran One");
    }

    private String run(String provider) throws Exception {
        try (Lease<Provider> lease = host.contributions().acquire(Provider.class, provider)) {
            return lease.service()
                    .run(AgentRequest.of("p", directory, Duration.ZERO), null, null)
                    .failure()
                    .orElseThrow();
        }
    }

    @Test
    void aProviderWaitsForItsTransportAndFollowsIt() throws Exception {
        host.start();
        PluginJar.drop(host.providers, "one.json", provider("one", "One"));
        assertThat(host.awaitPlugin("provider.one", PluginState.WAITING).reason())
                .contains("waits for provider transport cli, which no plugin offers");

        Path jar = transport().dropInto(host.plugins, "transport.jar");
        host.awaitPlugin("provider.one", PluginState.ACTIVE);
        Lease<Provider> lease = host.contributions().acquire(Provider.class, "one");

        Files.delete(jar);
        host.awaitPlugin("provider.one", PluginState.WAITING);
        assertThat(host.contributions().find(Provider.class, "one")).isEmpty();
        assertThat(lease.isRevoked()).isTrue();
        assertThat(lease.service()
                        .run(AgentRequest.of("p", directory, Duration.ZERO), null, null)
                        .failure()
                        .orElseThrow())
                .contains("provider one cannot run: no plugin offers provider transport 'cli'");
        lease.close();
    }

    @Test
    void aProviderWaitsForItsParserAndFollowsIt() throws Exception {
        host.ship(transport(), "a.transport");
        host.ship(parser("a.plain", "plain"), "a.plain");
        host.start();
        PluginJar.drop(
                host.providers,
                "one.json",
                provider("one", "One").replace("\"bin\"", "\"outputFormat\":\"nope\",\"bin\""));
        assertThat(host.awaitPlugin("provider.one", PluginState.WAITING).reason())
                .contains("waits for output parser nope; known: plain");
        assertThat(host.contributions().find(Provider.class, "one")).isEmpty();

        Path jar = parser("a.nope", "nope").dropInto(host.plugins, "nope.jar");
        host.awaitPlugin("provider.one", PluginState.ACTIVE);
        assertThat(label("one")).isEqualTo("One");

        Files.delete(jar);
        host.awaitPlugin("provider.one", PluginState.WAITING);
    }

    private static PluginJar parser(String plugin, String format) {
        return PluginJar.of(plugin, "1.0.0")
                .component(SampleParser.class, OutputParser.class)
                .component(EchoScheme.class, SignatureScheme.class)
                .text("id.txt", format);
    }

    @Test
    void aFileReplacesAShippedProviderUntilItGoes() throws Exception {
        host.ship(transport(), "a.transport");
        host.ship(
                PluginJar.of("shipped.claude", "1.0.0")
                        .header("Infloop-Manifests", "OSGI-INF/infloop/*.json")
                        .header("Require-Capability", "osgi.extender;filter:=\"(osgi.extender=io.infloop.manifest)\"")
                        .text("OSGI-INF/infloop/claude.json", provider("claude", "Shipped")),
                "shipped.claude");
        host.start();
        assertThat(label("claude")).isEqualTo("Shipped");
        host.awaitPlugin("shipped.claude", PluginState.ACTIVE);

        Path file = PluginJar.drop(host.providers, "claude.json", provider("claude", "Mine"));
        host.awaitPlugin("provider.claude", PluginState.OVERRIDES_SHIPPED);
        assertThat(label("claude")).isEqualTo("Mine");
        assertThat(host.awaitPlugin("shipped.claude", PluginState.OVERRIDDEN)
                        .reason()
                        .orElseThrow())
                .contains("claude.json");

        Path broken = PluginJar.drop(host.providers, "claude.json", "{\"id\":\"claude\",\"label\":\"Broken\"}");
        host.awaitPlugin("claude.json", PluginState.FAILED);
        assertThat(broken).isEqualTo(file);
        assertThat(label("claude")).isEqualTo("Mine");

        Files.delete(file);
        host.awaitPlugin("shipped.claude", PluginState.ACTIVE);
        assertThat(label("claude")).isEqualTo("Shipped");
    }

    @Test
    void theFirstOfTwoFilesServesAndTheOtherTakesOver() throws Exception {
        host.ship(transport(), "a.transport");
        PluginJar.drop(host.plugins, "a.json", provider("one", "First"));
        PluginJar.drop(host.providers, "b.json", provider("one", "Second"));
        host.start();

        assertThat(label("one")).isEqualTo("First");
        assertThat(host.awaitPlugin("provider.one", PluginState.DUPLICATE)
                        .reason()
                        .orElseThrow())
                .contains("a.json");

        Files.delete(host.plugins.resolve("a.json"));
        await().atMost(SOON).until(() -> label("one").equals("Second"));
    }

    @Test
    void aSourceWaitsForItsSchemeAndIsRefusedWhenTheSchemeRefuses() throws Exception {
        host.start();
        PluginJar.drop(host.webhooks, "github.json", GITHUB.formatted(",\"signature\":{\"scheme\":\"echo\"}"));
        assertThat(host.awaitPlugin("webhook.github", PluginState.WAITING).reason())
                .contains("waits for signature scheme echo, which no plugin offers");

        PluginJar.of("a.echo", "1.0.0")
                .component(EchoScheme.class, SignatureScheme.class)
                .dropInto(host.plugins, "echo.jar");
        host.awaitPlugin("webhook.github", PluginState.ACTIVE);

        PluginJar.drop(
                host.webhooks,
                "github.json",
                GITHUB.formatted(",\"signature\":{\"scheme\":\"echo\",\"forbidden\":true}"));
        assertThat(host.awaitPlugin("webhook.github", PluginState.FAILED).reason())
                .contains("webhook github.json: \"signature\": \"forbidden\" is not supported");
        assertThat(host.contributions().find(WebhookSource.class, "github")).isPresent();
    }

    @Test
    void aTransportThatRefusesAManifestIsQuoted() throws Exception {
        host.ship(transport(), "a.transport");
        host.start();
        PluginJar.drop(
                host.providers, "one.json", "{\"id\":\"one\",\"label\":\"One\",\"description\":\"d\",\"bin\":7}");

        assertThat(host.awaitPlugin("provider.one", PluginState.FAILED).reason())
                .contains("provider one.json: \"bin\" must be a non-empty string");
    }

    @Test
    void aJarCarriesManifestsAndTheTransportTheyNeed() throws Exception {
        host.start();
        transport()
                .header("Infloop-Manifests", "OSGI-INF/infloop/a.json, OSGI-INF/infloop/b.json")
                .text("OSGI-INF/infloop/a.json", provider("one", "One"))
                .text("OSGI-INF/infloop/b.json", provider("two", "Two"))
                .dropInto(host.plugins, "both.jar");

        PluginInfo plugin = host.awaitPlugin("a.transport", PluginState.ACTIVE);
        await().atMost(SOON).until(() -> label("two").equals("Two"));
        assertThat(label("one")).isEqualTo("One");
        assertThat(host.list().get(0).contributions())
                .containsExactly("provider-transport:cli", "provider:one", "provider:two");
        assertThat(plugin.origin()).endsWith("both.jar");
    }

    @Test
    void aManifestThatWaitsCanBeChangedToAnotherThatWaits() throws Exception {
        host.start();
        PluginJar.drop(host.providers, "one.json", provider("one", "One"));
        host.awaitPlugin("provider.one", PluginState.WAITING);

        PluginJar.drop(host.providers, "one.json", provider("one", "Changed"));
        await().atMost(SOON)
                .until(() -> Arrays.stream(host.context().getBundles())
                                .filter(bundle -> bundle.getLocation().startsWith("plugin:provider.one@"))
                                .count()
                        == 1);
        transport().dropInto(host.plugins, "transport.jar");

        await().atMost(SOON).until(() -> label("one").equals("Changed"));
        assertThat(host.plugin("provider.one", PluginState.FAILED)).isEmpty();
    }

    @Test
    void aReservedIdIsRefused() {
        host.start();
        PluginJar.drop(host.webhooks, "mine.json", GITHUB.formatted("").replace("\"github\"", "\"generic\""));

        assertThat(host.awaitPlugin("mine.json", PluginState.FAILED).reason().orElseThrow())
                .startsWith("webhook mine.json: the id \"generic\" is reserved");
    }
}
