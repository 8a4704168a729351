package io.infloop.node.agent.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.AgentUnavailableException;
import io.infloop.spi.node.NodeOutcome.Follow;
import io.infloop.spi.node.NodeType;
import io.infloop.spi.process.SandboxDemand;
import io.infloop.spi.process.SandboxLevel;
import io.infloop.spi.provider.AgentRequest;
import io.infloop.spi.provider.AgentResult;
import io.infloop.spi.provider.ProviderDescriptor;
import io.infloop.spi.provider.Usage;
import io.infloop.spi.workspace.RunWorktrees;
import io.infloop.spi.workspace.Worktree;
import io.infloop.testkit.spi.FakeAgents;
import io.infloop.testkit.spi.FakeNodeContext;
import io.infloop.testkit.spi.FakeWorkspaceRoots;
import io.infloop.testkit.spi.NodeTypeContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentNodeTest extends NodeTypeContract {
    @TempDir
    Path directory;

    private final FakeAgents agents = new FakeAgents().with("claude", true, (request, sink) -> {
        sink.text("Hello");
        sink.transcript("\n[tool: Bash] ls\n");
        sink.stderr("careful\n");
        sink.notice("a word");
        return success();
    });

    @Override
    protected NodeType nodeType() {
        return new AgentNode();
    }

    @Override
    protected List<FakeNodeContext> workingContexts() {
        return List.of(context(config().build()).build());
    }

    @Test
    void keepsTheAnswerAndWhatWasShownApart() throws Exception {
        Follow outcome = execute(context(config().build()).build());
        assertThat(outcome.handle()).isEqualTo("next");
        assertThat(outcome.outputs())
                .isEqualTo(JsonObject.builder()
                        .put("text", "Hello")
                        .put("stdout", "Hello\n[tool: Bash] ls\n")
                        .put("stderr", "careful\n")
                        .put("exitCode", 0)
                        .put("durationMs", 250)
                        .put("timedOut", false)
                        .put("costUsd", 0.25)
                        .put("sessionId", "session-1")
                        .put("permissionDenials", List.of(JsonObject.of("tool_name", "Bash")))
                        .build());
    }

    @Test
    void leavesOutWhatTheAgentDoesNotReport() throws Exception {
        agents.with(
                "claude", false, (request, sink) -> result("Hi", "", "", OptionalInt.of(0), false, Optional.empty()));
        JsonObject outputs = execute(context(config().build()).build()).outputs();
        assertThat(outputs.asMap()).doesNotContainKeys("costUsd", "sessionId", "permissionDenials", "errorMessage");
        assertThat(outputs.get("stdout")).isEqualTo("Hi");
    }

    @Test
    void streamsWhatTheAgentSays() throws Exception {
        FakeNodeContext context = context(config().build()).build();
        execute(context);
        assertThat(context.journal().stdoutText()).isEqualTo("Hello\n[tool: Bash] ls\n");
        assertThat(context.journal().stderrText()).isEqualTo("careful\n");
        assertThat(context.journal().notices()).contains("a word");
    }

    @Test
    void asksForWhatTheNodeSays() throws Exception {
        execute(context(config().put("agent", "reviewer")
                        .put("profile", " ")
                        .put("timeoutMs", 5000)
                        .put("skipPermissions", true)
                        .build())
                .build());
        assertThat(agents.requests())
                .containsExactly(new AgentRequest(
                        "Fix it",
                        Optional.of(directory.toRealPath()),
                        Optional.of("reviewer"),
                        Optional.empty(),
                        Duration.ofSeconds(5),
                        true,
                        AgentRequest.Mode.WORK));
    }

    @Test
    void warnsWhenTheAgentMayNotActWithoutAsking() throws Exception {
        FakeNodeContext careful = context(config().build()).build();
        execute(careful);
        assertThat(careful.journal().notices()).anyMatch(line -> line.startsWith("[permissions]"));
        assertThat(careful.journal().stdoutText()).doesNotContain("[permissions]");

        FakeNodeContext bold =
                context(config().put("skipPermissions", true).build()).build();
        execute(bold);
        assertThat(bold.journal().notices()).noneMatch(line -> line.startsWith("[permissions]"));
    }

    @Test
    void judgesByTheResultAndNotByTheExitCode() throws Exception {
        agents.with(
                "claude",
                false,
                (request, sink) -> result("", "", "boom\n", OptionalInt.of(0), false, Optional.of("the API said no")));
        Follow outcome = execute(context(config().build()).build());
        assertThat(outcome.handle()).isEqualTo("error");
        assertThat(outcome.outputs().get("errorMessage")).isEqualTo("the API said no; stderr: boom");
        assertThat(outcome.outputs().get("exitCode")).isEqualTo(0L);
    }

    @Test
    void namesATimeoutAndTheTailOfALongErrorOutput() throws Exception {
        agents.with(
                "claude",
                false,
                (request, sink) ->
                        result("", "", "x".repeat(2000) + "END", OptionalInt.empty(), true, Optional.empty()));
        Follow outcome = execute(context(config().put("timeoutMs", 10).build()).build());
        assertThat(outcome.handle()).isEqualTo("error");
        assertThat(outcome.outputs().get("timedOut")).isEqualTo(true);
        assertThat(outcome.outputs().has("exitCode")).isTrue();
        assertThat(outcome.outputs().string("errorMessage").orElseThrow())
                .startsWith("timed out after 10ms; stderr: …xxx")
                .endsWith("END")
                .hasSizeLessThan(600);
    }

    @Test
    void worksInAWorktreeAndSaysWhereTheWorkWillBe() throws Exception {
        Path inTree = Files.createDirectories(directory.resolve("tree/sub"));
        List<Optional<String>> refs = new CopyOnWriteArrayList<>();
        RunWorktrees worktrees = (asked, ref) -> {
            assertThat(asked).isEqualTo(directory.toRealPath());
            refs.add(ref);
            return new Tree(directory.resolve("tree"), inTree);
        };
        FakeNodeContext context = context(config().put("useWorktree", true)
                        .put("worktreeRef", "main")
                        .build())
                .worktrees(worktrees)
                .build();
        JsonObject outputs = execute(context).outputs();
        assertThat(agents.requests().get(0).workingDirectory()).contains(inTree);
        assertThat(context.journal().notices()).contains("[worktree] " + directory.resolve("tree"));
        assertThat(outputs.string("worktreePath"))
                .contains(directory.resolve("tree").toString());
        assertThat(outputs.string("worktreeBranch")).contains("infloop/12345678/agent-1");
        assertThat(outputs.string("worktreeBase")).contains("abc");
        assertThat(outputs.object("worktreeChanges")).contains(JsonObject.of("files", 1));
        assertThat(refs).containsExactly(Optional.of("main"));
    }

    @Test
    void itsTreeSuitsTheIsolationThatTheProviderDemands() throws Exception {
        SandboxDemand jail = new SandboxDemand(SandboxLevel.JAIL, SandboxLevel.JAIL);
        agents.with(
                new ProviderDescriptor("jailed", "J", "j", Optional.empty(), "cli", true, false, false, jail),
                (request, sink) -> success());
        List<SandboxDemand> demands = new CopyOnWriteArrayList<>();
        RunWorktrees worktrees = new RunWorktrees() {
            @Override
            public Worktree open(Path asked, Optional<String> ref) {
                throw new AssertionError("the provider's demand is left out");
            }

            @Override
            public Worktree open(Path asked, Optional<String> ref, SandboxDemand demand) {
                demands.add(demand);
                return new Tree(directory, directory);
            }
        };
        execute(context(config().put("providerId", "jailed")
                        .put("useWorktree", true)
                        .build())
                .worktrees(worktrees)
                .build());
        assertThat(demands).containsExactly(jail);
    }

    @Test
    void failsRatherThanWorkingInTheDirectoryItself() throws Exception {
        JsonObject config = config().put("useWorktree", true).build();
        Follow without = execute(context(config).build());
        assertThat(without.outputs())
                .isEqualTo(JsonObject.of("errorMessage", "useWorktree set but no run worktree manager available"));
        Follow failed = execute(context(config)
                .worktrees((asked, ref) -> {
                    throw new IOException("not a git repository: " + asked + " (no)");
                })
                .build());
        assertThat(failed.handle()).isEqualTo("error");
        assertThat(failed.outputs().string("errorMessage").orElseThrow())
                .startsWith("worktree setup failed: not a git repository: ");
        assertThat(agents.requests()).isEmpty();
    }

    @Test
    void newNodesAreIsolatedAndOldDocumentsStayAsTheyAre() throws Exception {
        JsonObject schema = nodeType().descriptor().configSchema();
        assertThat(schema.object("properties")
                        .flatMap(all -> all.object("useWorktree"))
                        .flatMap(field -> field.bool("default")))
                .contains(true);
        execute(context(config().build()).build());
        assertThat(agents.requests().get(0).workingDirectory()).contains(directory.toRealPath());
    }

    private record Tree(Path root, Path directory) implements Worktree {
        @Override
        public String baseCommit() {
            return "abc";
        }

        @Override
        public String branch() {
            return "infloop/12345678/agent-1";
        }

        @Override
        public Optional<JsonObject> changes() {
            return Optional.of(JsonObject.of("files", 1));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            value = {
                "{} | invalid agent config | providerId is missing",
                "{\"providerId\":\"claude\"} | invalid agent config | prompt is empty",
                "{\"providerId\":\"claude\",\"prompt\":\" \"} | invalid agent config | prompt is empty",
                "{\"providerId\":\"claude\",\"prompt\":7} | invalid agent config | prompt must be a text",
                "{\"providerId\":\"claude\",\"prompt\":\"x\"} | invalid agent config | cwd is empty",
                "{\"providerId\":\"claude\",\"prompt\":\"x\",\"cwd\":\"nowhere\"} | invalid agent config | cwd: ",
                "{\"providerId\":\"claude\",\"prompt\":\"x\",\"timeoutMs\":\"1\"} | invalid agent config | timeoutMs",
                "{\"providerId\":\"claude\",\"prompt\":\"x\",\"skipPermissions\":\"yes\"} | invalid agent config | skip",
                "{\"providerId\":\"nobody\",\"prompt\":\"x\"} | unknown provider: nobody |",
            })
    void saysWhatIsWrongWithTheConfiguration(String config, String message, String detail) throws Exception {
        FakeNodeContext context =
                FakeNodeContext.builder().config(config).agents(agents).build();
        Follow outcome = execute(context);
        assertThat(outcome.handle()).isEqualTo("error");
        assertThat(outcome.outputs().string("errorMessage")).contains(message);
        if (detail == null) {
            assertThat(outcome.outputs().asMap()).hasSize(1);
        } else {
            assertThat(outcome.outputs().string("detail").orElseThrow()).startsWith(detail);
            assertThat(outcome.outputs().asMap()).hasSize(2);
        }
        assertThat(agents.requests()).isEmpty();
    }

    @Test
    void refusesADirectoryOutsideOfTheWorkspaceRoots() throws Exception {
        Path root = Files.createDirectory(directory.resolve("root"));
        FakeNodeContext context = context(config().build())
                .workspaceRoots(new FakeWorkspaceRoots(root))
                .build();
        assertThat(execute(context).handle()).isEqualTo("error");
        assertThat(agents.requests()).isEmpty();
    }

    @Test
    void needsNoDirectoryForAgentsThatWorkElsewhere() throws Exception {
        agents.with(
                new ProviderDescriptor("remote", "Remote", "far away", Optional.empty(), "http", false, false, false),
                (request, sink) -> success());
        JsonObject config = config().put("providerId", "remote").put("cwd", "").build();
        assertThat(execute(context(config).build()).handle()).isEqualTo("next");
        assertThat(agents.requests().get(0).workingDirectory()).isEmpty();
    }

    @Test
    void passesOnThatThePluginOfTheAgentIsGone() throws Exception {
        agents.with("claude", false, (request, sink) -> {
            throw new AgentUnavailableException("the plugin is being replaced; run the workflow again");
        });
        Follow outcome = execute(context(config().build()).build());
        assertThat(outcome.handle()).isEqualTo("error");
        assertThat(outcome.outputs().get("errorMessage"))
                .isEqualTo("the plugin is being replaced; run the workflow again");
    }

    private JsonObject.Builder config() {
        return JsonObject.builder()
                .put("providerId", "claude")
                .put("prompt", "Fix it")
                .put("cwd", directory.toString());
    }

    private FakeNodeContext.Builder context(JsonObject config) {
        return FakeNodeContext.builder().config(config).agents(agents);
    }

    private static Follow execute(FakeNodeContext context) throws Exception {
        return (Follow) new AgentNode().execute(context);
    }

    private static AgentResult success() {
        return new AgentResult(
                "Hello",
                "Hello\n[tool: Bash] ls\n",
                "careful\n",
                OptionalInt.of(0),
                false,
                Optional.empty(),
                new Usage(OptionalLong.of(10), OptionalLong.of(2), OptionalDouble.of(0.25)),
                Optional.of("session-1"),
                List.of(JsonObject.of("tool_name", "Bash")),
                Duration.ofMillis(250));
    }

    private static AgentResult result(
            String text,
            String transcript,
            String stderr,
            OptionalInt exitCode,
            boolean timedOut,
            Optional<String> failure) {
        return new AgentResult(
                text,
                transcript,
                stderr,
                exitCode,
                timedOut,
                failure,
                Usage.UNKNOWN,
                Optional.empty(),
                List.of(),
                Duration.ofMillis(5));
    }
}
