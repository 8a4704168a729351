package io.infloop.provider.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.process.ProcessExit.Ending;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.spi.provider.AgentRequest;
import io.infloop.spi.provider.AgentResult;
import io.infloop.spi.provider.AgentSink;
import io.infloop.spi.provider.OutputParser;
import io.infloop.spi.provider.ProviderDescriptor;
import io.infloop.spi.provider.ProviderManifest;
import io.infloop.testkit.spi.FakeProcessLauncher;
import io.infloop.testkit.spi.FakeProviderContext;
import io.infloop.testkit.spi.LocalProcessLauncher;
import io.infloop.testkit.spi.RecordingSink;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CliTransportTest {
    private static final String PLAIN = "{\"bin\":\"acme\",\"args\":[\"{prompt}\"],\"outputFormat\":\"plain\"}";
    private static final String CLAUDE =
            "{\"bin\":\"claude\",\"args\":[\"--print\"],\"outputFormat\":\"claude-stream-json\","
                    + "\"promptVia\":\"stdin\",\"envPassthrough\":[\"ANTHROPIC_*\"],\"env\":{\"QUIET\":\"1\"},"
                    + "\"dangerousArgs\":[\"--yes\"],\"egressAllowlist\":[\"api.acme.dev\"],\"interruptFirst\":true}";

    @TempDir
    Path directory;

    private final RecordingSink sink = new RecordingSink();

    @Test
    void describesTheProviderOfAManifest() throws Exception {
        assertThat(new CliTransport().check(manifest(CLAUDE)))
                .isEqualTo(
                        new ProviderDescriptor("acme", "Acme", "an agent", Optional.empty(), "cli", true, true, true));
        ProviderDescriptor plain = new CliTransport().check(manifest(PLAIN));
        assertThat(plain.canSkipPermissions()).isFalse();
        assertThat(plain.limitsEgress()).isFalse();
    }

    @Test
    void launchesWhatTheManifestSays() throws Exception {
        FakeProcessLauncher launcher = FakeProcessLauncher.exiting(0, "", "");
        run(CLAUDE, launcher, request("do it", true));
        ProcessSpec spec = launcher.spec();
        assertThat(spec.command()).containsExactly("claude", "--yes", "--print");
        assertThat(spec.stdin()).contains("do it");
        assertThat(spec.workingDirectory()).contains(directory);
        assertThat(spec.envPassthrough()).containsExactly("ANTHROPIC_*");
        assertThat(spec.environment()).containsEntry("QUIET", "1");
        assertThat(spec.egressAllowlist()).containsExactly("api.acme.dev");
        assertThat(spec.timeout()).isEqualTo(Duration.ofSeconds(9));
        assertThat(spec.interruptFirst()).isTrue();
    }

    @Test
    void prefersTheProgramTheOperatorConfigured() throws Exception {
        FakeProcessLauncher launcher = FakeProcessLauncher.exiting(0, "", "");
        FakeProviderContext context = context(launcher).binaryOverride("/opt/acme");
        new CliTransport().run(manifest(PLAIN), request("do it", false), context, sink);
        assertThat(launcher.spec().command()).containsExactly("/opt/acme", "do it");
        assertThat(launcher.spec().stdin()).isEmpty();
    }

    @Test
    void streamsAndKeepsAPlainAnswer() throws Exception {
        AgentResult result = run(PLAIN, FakeProcessLauncher.exiting(0, "a\n\nb", "note\n"), request("x", false));
        assertThat(result.isSuccess()).isTrue();
        assertThat(result.text()).isEqualTo("a\n\nb");
        assertThat(result.transcript()).isEqualTo("a\n\nb");
        assertThat(result.stderr()).isEqualTo("note\n");
        assertThat(sink.text()).isEqualTo("a\n\nb");
        assertThat(sink.stderr()).isEqualTo("note\n");
    }

    @Test
    void judgesAPlainAnswerByTheExitCode() throws Exception {
        AgentResult result = run(PLAIN, FakeProcessLauncher.exiting(3, "half", "bad"), request("x", false));
        assertThat(result.failure()).contains("the agent ended with exit code 3");
        assertThat(result.text()).isEqualTo("half");
        FakeProcessLauncher killed = FakeProcessLauncher.playing(
                spec -> FakeProcessLauncher.exit(OptionalInt.empty(), Ending.EXITED, "", ""));
        assertThat(run(PLAIN, killed, request("x", false)).failure()).contains("the agent ended with signal 15");
    }

    @Test
    void judgesAnAgentThatReportsItsOutcomeByThat() throws Exception {
        String error = String.join("", ClaudeStreamJsonParserTest.sample("claude-error401_maxretries0"));
        String success = String.join("", ClaudeStreamJsonParserTest.sample("claude-tool_bash"));
        assertThat(run(CLAUDE, FakeProcessLauncher.exiting(0, error, ""), request("x", false))
                        .failure())
                .hasValueSatisfying(reason -> assertThat(reason).startsWith("Invalid API key"));
        AgentResult result = run(CLAUDE, FakeProcessLauncher.exiting(0, success, ""), request("x", false));
        assertThat(result.isSuccess()).isTrue();
        assertThat(result.text()).isEqualTo("The command finished; all done.");
        assertThat(result.transcript())
                .startsWith("I will run a command.\n[tool: Bash] echo hi\n")
                .contains("The command finished; all done.");
        assertThat(result.usage().costUsd()).hasValue(0.02155);
        assertThat(result.sessionId()).contains("aaed97c2-4c41-49d0-8e9b-76f0bbcb707e");
    }

    @Test
    void countsAnOutcomeThatIsMissingAsAFailure() throws Exception {
        AgentResult result = run(CLAUDE, FakeProcessLauncher.exiting(0, "", ""), request("x", false));
        assertThat(result.failure()).contains("the agent ended (exit code 0) without saying how its run ended");
    }

    @Test
    void reportsATimeoutWithWhatWasSaidUntilThen() throws Exception {
        AgentResult result = run(PLAIN, FakeProcessLauncher.timingOut("so far", ""), request("x", false));
        assertThat(result.timedOut()).isTrue();
        assertThat(result.isSuccess()).isFalse();
        assertThat(result.failure()).contains("timed out after 9000ms");
        assertThat(result.exitCode()).isEmpty();
        assertThat(result.text()).isEqualTo("so far");
    }

    @Test
    void saysWhatOfTheNodeItDoesNotUse() throws Exception {
        AgentRequest request = new AgentRequest(
                "x",
                Optional.of(directory),
                Optional.of("reviewer"),
                Optional.of("large"),
                Duration.ZERO,
                false,
                AgentRequest.Mode.WORK);
        run(PLAIN, FakeProcessLauncher.exiting(0, "", ""), request);
        assertThat(sink.notices())
                .hasSize(2)
                .anyMatch(line -> line.startsWith("[agent]"))
                .anyMatch(line -> line.startsWith("[profile]"));
    }

    @Test
    void reportsInsteadOfThrowing() throws Exception {
        assertThat(run(PLAIN, FakeProcessLauncher.refusing("acme: not found"), request("x", false))
                        .failure())
                .contains("runProvider(acme) spawn error: acme: not found");
        assertThat(run(PLAIN, FakeProcessLauncher.exiting(0, "", ""), request("-x", false))
                        .failure())
                .hasValueSatisfying(reason -> assertThat(reason).contains("begins with '-'"));
        assertThat(run(
                                PLAIN.replace("plain", "codex-json"),
                                FakeProcessLauncher.exiting(0, "", ""),
                                request("x", false))
                        .failure())
                .hasValueSatisfying(reason -> assertThat(reason).contains("codex-json", "plain"));
        AgentRequest homeless = new AgentRequest(
                "x",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Duration.ZERO,
                false,
                AgentRequest.Mode.WORK);
        assertThat(run(PLAIN, FakeProcessLauncher.exiting(0, "", ""), homeless).isSuccess())
                .isFalse();
    }

    @Test
    void survivesAParserThatBreaks() throws Exception {
        OutputParser broken = new OutputParser() {
            @Override
            public String id() {
                return "broken";
            }

            @Override
            public Session open(AgentSink ignored) {
                return new Session() {
                    @Override
                    public void line(String line) {
                        throw new IllegalStateException("oops");
                    }

                    @Override
                    public Parsed finish() {
                        throw new IllegalStateException("again");
                    }
                };
            }
        };
        FakeProviderContext context = new FakeProviderContext(FakeProcessLauncher.exiting(0, "words\n", ""), broken);
        AgentResult result =
                new CliTransport().run(manifest(PLAIN.replace("plain", "broken")), request("x", false), context, sink);
        assertThat(result.failure())
                .hasValueSatisfying(reason -> assertThat(reason).contains("oops"));
        assertThat(result.transcript()).isEqualTo("words\n");
    }

    @Test
    void reallyTalksToAProgram() throws Exception {
        String manifest = "{\"bin\":\"/bin/sh\",\"args\":[\"-c\",\"cat; echo $GREETING; echo oops >&2\"],"
                + "\"outputFormat\":\"plain\",\"promptVia\":\"stdin\",\"env\":{\"GREETING\":\"Grüße\"}}";
        FakeProviderContext context = new FakeProviderContext(new LocalProcessLauncher(directory), new PlainParser());
        AgentResult result = new CliTransport().run(manifest(manifest), request("-prompt 😀\n", false), context, sink);
        assertThat(result.failure()).isEmpty();
        assertThat(result.text()).isEqualTo("-prompt 😀\nGrüße\n");
        assertThat(result.stderr()).isEqualTo("oops\n");
    }

    private AgentResult run(String manifest, FakeProcessLauncher launcher, AgentRequest request) throws Exception {
        return new CliTransport().run(manifest(manifest), request, context(launcher), sink);
    }

    private static FakeProviderContext context(FakeProcessLauncher launcher) {
        return new FakeProviderContext(launcher, new PlainParser(), new ClaudeStreamJsonParser());
    }

    private AgentRequest request(String prompt, boolean skipPermissions) {
        return new AgentRequest(
                prompt,
                Optional.of(directory),
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(9),
                skipPermissions,
                AgentRequest.Mode.WORK);
    }

    private static ProviderManifest manifest(String document) {
        JsonObject json = Json.parseObject(document);
        return new ProviderManifest("acme", "Acme", "an agent", Optional.empty(), "cli", json);
    }
}
