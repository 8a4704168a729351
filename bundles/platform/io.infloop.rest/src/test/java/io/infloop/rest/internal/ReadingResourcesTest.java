package io.infloop.rest.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.audit.AuditChain;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.posture.Posture;
import io.infloop.core.posture.PostureLine;
import io.infloop.host.Contributions;
import io.infloop.host.PluginInfo;
import io.infloop.host.PluginState;
import io.infloop.host.PluginUploads;
import io.infloop.host.Plugins;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeDescriptor;
import io.infloop.spi.node.NodeType;
import io.infloop.spi.provider.Provider;
import io.infloop.spi.provider.ProviderDescriptor;
import io.infloop.spi.webhook.SignatureDeclaration;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.ValueRule;
import io.infloop.spi.webhook.WebhookEvent;
import io.infloop.spi.webhook.WebhookSource;
import io.infloop.spi.workspace.WorkspaceRoots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadingResourcesTest {
    @TempDir
    Path temporary;

    @Test
    void theAuditIsFilteredAndPaged() {
        List<AuditLog.Query> queries = new ArrayList<>();
        AuditLog log = Fakes.fake(AuditLog.class, (method, arguments) -> {
            queries.add((AuditLog.Query) arguments[0]);
            return new AuditLog.Page(List.of(Map.of("type", "run.started")), Optional.of(7L));
        });
        AuditResource resource = new AuditResource(log, Fakes.fake(AuditChain.class, (method, arguments) -> null));
        assertThat(
                        Fakes.text(
                                Fakes.get(
                                        resource,
                                        "?limit=5&before=9&type=run.started&runId=&since=2026-01-01T00:00:00Z&until=2026-01-01T01:00:00%2B01:00")))
                .isEqualTo("200 {\"entries\":[{\"type\":\"run.started\"}],\"nextBefore\":7,\"verified\":true}");
        AuditLog.Query query = queries.get(0);
        assertThat(query.limit()).isEqualTo(5);
        assertThat(query.before()).hasValue(9);
        assertThat(query.equal()).isEqualTo(Map.of("type", "run.started"));
        assertThat(query.sinceMillis()).isEqualTo(query.untilMillis()).hasValue(1_767_225_600_000L);
        for (String field : List.of("limit", "before", "since", "until")) {
            assertThat(Fakes.text(Fakes.get(resource, "?" + field + "=never")))
                    .isEqualTo("400 {\"error\":\"invalid-query\",\"field\":\"" + field + "\"}");
        }
        assertThat(Fakes.post(resource, "", "").status()).isEqualTo(405);
    }

    @Test
    void entriesThatWereChangedAreNamed() {
        AuditLog log = Fakes.fake(
                AuditLog.class,
                (method, arguments) -> new AuditLog.Page(List.of(Map.of("seq", 5L)), Optional.empty(), List.of(5L)));
        AuditResource resource = new AuditResource(log, Fakes.fake(AuditChain.class, (method, arguments) -> null));

        assertThat(Fakes.text(Fakes.get(resource, "")))
                .isEqualTo("200 {\"entries\":[{\"seq\":5}],\"verified\":false,\"unverified\":[5]}");
    }

    @Test
    void theAuditIsCheckedAndAHeadGiven() {
        AuditChain chain = Fakes.fake(AuditChain.class, (method, arguments) -> {
            if (method.equals("checkpoint")) {
                return new AuditChain.Result(true, Map.of("head", "7.x"));
            }
            if (arguments[0].equals(Optional.of("nonsense"))) {
                throw new IllegalArgumentException("not a head");
            }
            return new AuditChain.Result(false, Map.of("intact", arguments[0].equals(Optional.empty())));
        });
        AuditResource resource = new AuditResource(Fakes.fake(AuditLog.class, (method, arguments) -> null), chain);

        assertThat(Fakes.text(Fakes.get(resource, "/checkpoint"))).isEqualTo("200 {\"head\":\"7.x\"}");
        assertThat(Fakes.text(Fakes.get(resource, "/verify"))).isEqualTo("200 {\"intact\":true}");
        assertThat(Fakes.text(Fakes.get(resource, "/verify?since=7.x"))).isEqualTo("200 {\"intact\":false}");
        assertThat(Fakes.text(Fakes.get(resource, "/verify?since=nonsense")))
                .isEqualTo("400 {\"error\":\"invalid-query\",\"field\":\"since\"}");
        assertThat(Fakes.get(resource, "/forge").status()).isEqualTo(404);
    }

    @Test
    void thePostureSaysWhatIsWeakenedAndWhatToDo() {
        PostureResource resource = new PostureResource(new Posture() {
            @Override
            public List<PostureLine> lines() {
                return List.of(
                        PostureLine.safe("HOST", "127.0.0.1"), PostureLine.weakened("isolation", "none", "install it"));
            }

            @Override
            public List<Map<String, Object>> settings() {
                return List.of(Map.of("name", "HOST"));
            }

            @Override
            public List<String> warnings() {
                return List.of("a warning");
            }
        });

        assertThat(Fakes.text(Fakes.get(resource, "")))
                .isEqualTo(
                        "200 {\"posture\":[{\"setting\":\"HOST\",\"value\":\"127.0.0.1\",\"state\":\"safe\"},"
                                + "{\"setting\":\"isolation\",\"value\":\"none\",\"state\":\"weakened\",\"advice\":\"install it\"}],"
                                + "\"weakened\":[\"isolation\"],\"settings\":[{\"name\":\"HOST\"}],\"warnings\":[\"a warning\"]}");
        assertThat(Fakes.post(resource, "", "").status()).isEqualTo(405);
    }

    @Test
    void directoriesAreListedWithinTheRoots() throws IOException {
        Path root = Files.createDirectory(temporary.toRealPath().resolve("root"));
        Files.createDirectory(root.resolve("b"));
        Files.createDirectory(root.resolve("a"));
        Files.createDirectory(root.resolve(".hidden"));
        Files.createFile(root.resolve("file"));
        Files.createSymbolicLink(root.resolve("link"), temporary);
        DirectoriesResource restricted = new DirectoriesResource(roots(root, true));
        assertThat(Fakes.text(Fakes.get(restricted, "")))
                .isEqualTo("200 {\"path\":\"" + root
                        + "\",\"parent\":null,\"entries\":[{\"name\":\"a\",\"isDir\":true},{\"name\":\"b\",\"isDir\":true}],"
                        + "\"roots\":[\"" + root + "\"]}");
        assertThat(Fakes.body(Fakes.get(restricted, "?showHidden=1"))
                        .array("entries")
                        .orElseThrow())
                .hasSize(3);
        assertThat(Fakes.body(Fakes.get(restricted, "?path=" + root + "/a")).string("parent"))
                .contains(root.toString());
        assertThat(Fakes.text(Fakes.get(restricted, "?path=" + temporary)))
                .isEqualTo("400 {\"error\":\"outside\",\"path\":\"" + temporary + "\"}");
        assertThat(Fakes.text(Fakes.get(restricted, "?path=work")))
                .startsWith("400 {\"error\":\"path must be absolute\"");

        DirectoriesResource open = new DirectoriesResource(roots(root, false));
        assertThat(Fakes.body(Fakes.get(open, "?path=" + root)).string("parent"))
                .contains(root.getParent().toString());
        assertThat(Fakes.body(Fakes.get(open, "?path=/")).get("parent")).isNull();
    }

    private static WorkspaceRoots roots(Path root, boolean restricted) {
        return new WorkspaceRoots() {
            @Override
            public List<Path> roots() {
                return restricted ? List.of(root) : List.of();
            }

            @Override
            public Path directory(String path) throws IOException {
                Path real = Path.of(path).toRealPath();
                if (restricted && !real.startsWith(root)) {
                    throw new IOException("outside");
                }
                return real;
            }
        };
    }

    @Test
    void pluginsShowTheirStateAndReason() {
        PluginsResource resource = new PluginsResource(
                Fakes.fake(
                        Plugins.class,
                        (method, arguments) -> method.equals("isSettled")
                                ? true
                                : List.of(new PluginInfo(
                                        "webhook.github",
                                        "1.0.0",
                                        PluginState.OVERRIDES_SHIPPED,
                                        "github.json",
                                        List.of("webhook:github"),
                                        Optional.of("why"),
                                        3))),
                Fakes.fake(PluginUploads.class, (method, arguments) -> null),
                Fakes.audit(new ArrayList<>()));
        assertThat(Fakes.text(Fakes.get(resource, "")))
                .isEqualTo(
                        "200 {\"settled\":true,\"plugins\":[{\"id\":\"webhook.github\",\"version\":\"1.0.0\",\"state\":\"overrides shipped\","
                                + "\"origin\":\"github.json\",\"contributions\":[\"webhook:github\"],\"reason\":\"why\",\"since\":3}]}");
    }

    @Test
    void providersAreSortedByLabel() {
        ProvidersResource resource =
                new ProvidersResource(Fakes.contributions(List.of(provider("a", "Zed"), provider("b", "alpha"))));
        assertThat(Fakes.text(Fakes.get(resource, "")))
                .startsWith(
                        "200 {\"providers\":[{\"id\":\"b\",\"label\":\"alpha\",\"description\":\"d\",\"transport\":\"cli\"")
                .contains("\"id\":\"a\"");
    }

    private static Contributions.Entry<Provider> provider(String id, String label) {
        ProviderDescriptor descriptor =
                new ProviderDescriptor(id, label, "d", Optional.empty(), "cli", true, true, false);
        Provider provider = Fakes.fake(Provider.class, (method, arguments) -> method.equals("id") ? id : descriptor);
        return Fakes.entry(provider, descriptor);
    }

    @Test
    void genericComesFirstAmongWebhookPlugins() {
        WebhookPluginsResource resource = new WebhookPluginsResource(
                Fakes.contributions(List.of(source("acme", true), source("generic", false))));
        assertThat(Fakes.text(Fakes.get(resource, "")))
                .isEqualTo(
                        "200 {\"plugins\":[{\"id\":\"generic\",\"displayName\":\"generic\",\"events\":[{\"type\":\"any\","
                                + "\"displayName\":\"Any\",\"fields\":[{\"path\":\"body.a\",\"type\":\"string\"}],\"examplePayload\":{\"a\":1}}]},"
                                + "{\"id\":\"acme\",\"displayName\":\"acme\",\"eventHeader\":\"x-event\","
                                + "\"eventType\":{\"from\":\"header\",\"name\":\"x-event\"},\"events\":[{\"type\":\"any\",\"displayName\":\"Any\","
                                + "\"fields\":[{\"path\":\"body.a\",\"type\":\"string\"}],\"examplePayload\":{\"a\":1}}],"
                                + "\"signature\":{\"scheme\":\"hmac\",\"settings\":{}}}]}");
    }

    private static Contributions.Entry<WebhookSource> source(String id, boolean signs) {
        WebhookSource.Builder builder = WebhookSource.Descriptor.builder(id, id)
                .event(new WebhookEvent(
                        "any",
                        "Any",
                        List.of(new WebhookEvent.Field("body.a", "string", Optional.empty())),
                        Optional.of(JsonObject.of("a", 1))));
        if (signs) {
            builder.eventType(ValueRule.at(ValueLocation.header("x-event")))
                    .signature(new SignatureDeclaration("hmac", JsonObject.EMPTY));
        }
        WebhookSource.Descriptor descriptor = builder.build();
        WebhookSource source = () -> descriptor;
        return Fakes.entry(source, descriptor);
    }

    @Test
    void nodeTypesShowTheirDescriptor() {
        NodeDescriptor descriptor = NodeDescriptor.builder("loop", "Loop")
                .configSchema("{\"type\":\"object\"}")
                .templated("prompt")
                .output("n", "number", "count")
                .container(Map.of("break", NodeDescriptor.Signal.BREAK))
                .build();
        NodeType type = Fakes.fake(NodeType.class, (method, arguments) -> method.equals("id") ? "loop" : descriptor);
        NodeTypesResource resource = new NodeTypesResource(Fakes.contributions(List.of(Fakes.entry(type, descriptor))));
        assertThat(Fakes.text(Fakes.get(resource, "")))
                .startsWith("200 {\"nodeTypes\":[{\"id\":\"loop\",\"title\":\"Loop\"")
                .contains("\"configSchema\":{\"type\":\"object\"},\"templatedFields\":[\"prompt\"]")
                .contains("\"container\":{\"bodySignals\":{\"break\":\"break\"}}");
    }

    @Test
    void healthSaysNothingElseAndUnknownPathsAreJson() {
        assertThat(Fakes.text(Fakes.get(new HealthResource(), ""))).isEqualTo("200 {\"status\":\"ok\"}");
        assertThat(Fakes.text(Fakes.get(new UnknownResource(), "/nothing"))).isEqualTo("404 {\"error\":\"not-found\"}");
        assertThat(Fakes.text(Fakes.get(new UnknownResource(), ""))).isEqualTo("404 {\"error\":\"not-found\"}");
        assertThat(Fakes.get(new UnknownResource(), "/webhook/k3JvQ0a9TtWm2xZpLr8bYg")
                        .status())
                .isEqualTo(503);
        assertThat(Fakes.get(new UnknownResource(), "/run").headers()).containsKey("retry-after");
    }
}
