package io.infloop.provider.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.provider.AgentRequest;
import io.infloop.spi.provider.ProviderDescriptor;
import io.infloop.spi.provider.ProviderManifest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The manifests the distribution ships, read by the transport that runs them. */
class ShippedManifestsTest {
    @Test
    void runsClaude() throws Exception {
        JsonObject document = document("claude");
        assertThat(arguments(document, "reviewer", true))
                .containsExactly(
                        "--dangerously-skip-permissions",
                        "--print",
                        "--output-format",
                        "stream-json",
                        "--include-partial-messages",
                        "--verbose",
                        "--agent",
                        "reviewer");
        assertThat(arguments(document, "", false))
                .containsExactly(
                        "--print", "--output-format", "stream-json", "--include-partial-messages", "--verbose");
        ProviderDescriptor descriptor = descriptor(document);
        assertThat(descriptor.canSkipPermissions()).isTrue();
        assertThat(descriptor.limitsEgress()).isTrue();
        assertThat(CliManifest.read(document).outputFormat()).isEqualTo(new ClaudeStreamJsonParser().id());
    }

    @Test
    void runsCodex() throws Exception {
        JsonObject document = document("codex");
        assertThat(arguments(document, "", false))
                .containsExactly("exec", "--skip-git-repo-check", "--disable", "plugins", "-");
        assertThat(arguments(document, "", true))
                .containsSubsequence("exec", "--dangerously-bypass-approvals-and-sandbox", "-");
        assertThat(descriptor(document).limitsEgress()).isTrue();
        assertThat(CliManifest.read(document).outputFormat()).isEqualTo(new PlainParser().id());
    }

    private static JsonObject document(String id) throws Exception {
        return Json.parseObject(Files.readString(
                Path.of("../io.infloop.provider." + id + "/src/main/resources/OSGI-INF/infloop/" + id + ".json")));
    }

    private static ProviderDescriptor descriptor(JsonObject document) throws Exception {
        return new CliTransport()
                .check(new ProviderManifest(
                        document.string("id").orElseThrow(),
                        document.string("label").orElseThrow(),
                        document.string("description").orElseThrow(),
                        document.string("glyph"),
                        "cli",
                        document));
    }

    private static List<String> arguments(JsonObject document, String agent, boolean skipPermissions) throws Exception {
        return Arguments.of(
                CliManifest.read(document),
                new AgentRequest(
                        "-task",
                        Optional.of(Path.of("/")),
                        agent.isEmpty() ? Optional.empty() : Optional.of(agent),
                        Optional.empty(),
                        Duration.ZERO,
                        skipPermissions,
                        AgentRequest.Mode.WORK));
    }
}
