package io.infloop.node.flow.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeOutcome.Follow;
import io.infloop.spi.node.NodeType;
import io.infloop.spi.process.ProcessExit.Ending;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.testkit.spi.FakeNodeContext;
import io.infloop.testkit.spi.FakeProcessLauncher;
import io.infloop.testkit.spi.LocalProcessLauncher;
import io.infloop.testkit.spi.NodeTypeContract;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionNodeTest extends NodeTypeContract {
    @TempDir
    Path directory;

    @Override
    protected NodeType nodeType() {
        return new ConditionNode();
    }

    @Override
    protected List<FakeNodeContext> workingContexts() {
        return List.of(
                FakeNodeContext.of(sentinel("DONE", false, "all DONE")),
                FakeNodeContext.builder()
                        .config("{\"kind\":\"command\",\"command\":{\"cmd\":\"make test\"}}")
                        .processes(FakeProcessLauncher.exiting(0, "", ""))
                        .build());
    }

    @ParameterizedTest
    @CsvSource({
        "DONE, false, all DONE, true, matched at index 4",
        "'', false, anything, true, matched at index 0",
        "done, false, all DONE, false, pattern not found",
        "D.NE, false, all DONE, false, pattern not found",
        "D.NE$, true, all DONE, true, matched at index 4",
        "^DONE, true, all DONE, false, pattern not found",
    })
    void searchesTheSentinel(String pattern, boolean regex, String against, boolean met, String detail)
            throws Exception {
        Follow outcome = execute(FakeNodeContext.of(sentinel(pattern, regex, against)));
        assertThat(outcome.handle()).isEqualTo(met ? "met" : "not_met");
        assertThat(outcome.outputs())
                .isEqualTo(JsonObject.builder()
                        .put("met", met)
                        .put("detail", detail)
                        .build());
    }

    @Test
    void searchesTheOutputOfTheNodeBeforeWhenNothingElseIsGiven() throws Exception {
        FakeNodeContext context = FakeNodeContext.builder()
                .config("{\"kind\":\"sentinel\",\"sentinel\":{\"pattern\":\"GREEN\",\"isRegex\":false}}")
                .previousOutputs(JsonObject.of("stdout", "ALL GREEN"))
                .build();
        assertThat(execute(context).outputs().get("detail")).isEqualTo("matched at index 4");
    }

    @Test
    void doesNotReplaceAnEmptyTextByTheOutputOfTheNodeBefore() throws Exception {
        FakeNodeContext context = FakeNodeContext.builder()
                .config(sentinel("GREEN", false, ""))
                .previousOutputs(JsonObject.of("stdout", "ALL GREEN"))
                .build();
        assertThat(execute(context).handle()).isEqualTo("not_met");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"kind\":\"sentinel\"} | invalid sentinel config",
                "{\"kind\":\"sentinel\",\"sentinel\":{\"pattern\":\"x\"}} | invalid sentinel config",
                "{\"kind\":\"sentinel\",\"sentinel\":{\"pattern\":1,\"isRegex\":true}} | invalid sentinel config",
                "{\"kind\":\"command\"} | invalid command config",
                "{\"kind\":\"command\",\"command\":{\"cmd\":\"  \"}} | invalid command config"
            })
    void isNotMetWhenTheSettingsOfItsKindAreMissing(String config, String detail) throws Exception {
        Follow outcome = execute(FakeNodeContext.of(config));
        assertThat(outcome.handle()).isEqualTo("not_met");
        assertThat(outcome.outputs().get("detail")).isEqualTo(detail);
    }

    @Test
    void isNotMetByAPatternThatIsNone() throws Exception {
        Follow outcome = execute(FakeNodeContext.of(sentinel("(", true, "x")));
        assertThat(outcome.handle()).isEqualTo("not_met");
        assertThat(outcome.outputs().string("detail").orElseThrow()).startsWith("invalid regex: ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | check error: missing condition config",
                "{\"against\":\"x\"} | check error: unknown condition kind: undefined",
                "{\"kind\":\"moon\"} | check error: unknown condition kind: moon",
                "{\"kind\":\"judge\",\"judge\":{\"rubric\":\"good\"}}"
                        + " | check error: this version has no judge; use the kind sentinel or command",
            })
    void answersWhatItCannotCheckAtError(String config, String detail) throws Exception {
        Follow outcome = execute(FakeNodeContext.of(config));
        assertThat(outcome.handle()).isEqualTo("error");
        assertThat(outcome.outputs())
                .isEqualTo(JsonObject.builder()
                        .put("met", false)
                        .put("detail", detail)
                        .put("errorMessage", detail)
                        .build());
    }

    @Test
    void runsTheCommandInAShellWithTheLimitAndWithoutInput() throws Exception {
        FakeProcessLauncher launcher = FakeProcessLauncher.exiting(0, "fine\n", "");
        FakeNodeContext context = command("{\"cmd\":\"make {{x}}\",\"env\":{\"BRANCH\":\"main; rm -rf\"}}", launcher);
        Follow outcome = execute(context);
        ProcessSpec spec = launcher.spec();
        assertThat(spec.command()).containsExactly("/bin/sh", "-c", "make {{x}}");
        assertThat(spec.environment()).containsExactlyEntriesOf(java.util.Map.of("BRANCH", "main; rm -rf"));
        assertThat(spec.stdin()).isEmpty();
        assertThat(spec.timeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(spec.workingDirectory()).isEmpty();
        assertThat(context.journal().stdoutText()).isEqualTo("fine\n");
        assertThat(outcome.handle()).isEqualTo("met");
        assertThat(outcome.outputs())
                .isEqualTo(JsonObject.builder()
                        .put("met", true)
                        .put("detail", "exit 0")
                        .put("stdout", "fine\n")
                        .put("stderr", "")
                        .put("exitCode", 0)
                        .build());
    }

    @Test
    void neverTemplatesTheCommandItself() {
        assertThat(nodeType().descriptor().templatedFields())
                .contains("command.env.*")
                .doesNotContain("command.cmd");
    }

    @Test
    void isNotMetByAnotherExitCodeATimeoutOrASignal() throws Exception {
        assertThat(detail(FakeProcessLauncher.exiting(3, "", "bad\n"))).isEqualTo("exit 3");
        assertThat(detail(FakeProcessLauncher.timingOut("", ""))).isEqualTo("command timed out after 30000ms");
        assertThat(detail(FakeProcessLauncher.playing(
                        spec -> FakeProcessLauncher.exit(OptionalInt.empty(), Ending.EXITED, "", ""))))
                .isEqualTo("killed by signal 15");
    }

    @Test
    void answersACommandThatDoesNotStartAtError() throws Exception {
        Follow outcome = execute(command("{\"cmd\":\"x\"}", FakeProcessLauncher.refusing("no shell")));
        assertThat(outcome.handle()).isEqualTo("error");
        assertThat(outcome.outputs().get("detail")).isEqualTo("check error: no shell");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"cwd\":\"relative\"", "\"cwd\":7", "\"timeoutMs\":0", "\"timeoutMs\":\"5\""})
    void answersABadDirectoryOrLimitAtError(String member) throws Exception {
        Follow outcome = execute(FakeNodeContext.builder()
                .config("{\"kind\":\"command\",\"command\":{\"cmd\":\"true\"}," + member + "}")
                .processes(FakeProcessLauncher.exiting(0, "", ""))
                .build());
        assertThat(outcome.handle()).isEqualTo("error");
    }

    @Test
    void reallyRunsAShell() throws Exception {
        FakeNodeContext context = FakeNodeContext.builder()
                .config(JsonObject.builder()
                        .put("kind", "command")
                        .put("cwd", directory.toString())
                        .put(
                                "command",
                                JsonObject.builder()
                                        .put("cmd", "cat; pwd; echo \"$VALUE\" >&2; test \"$VALUE\" = '$(id)'")
                                        .put("env", JsonObject.of("VALUE", "$(id)"))
                                        .build())
                        .build())
                .processes(new LocalProcessLauncher(directory))
                .build();
        Follow outcome = execute(context);
        assertThat(outcome.handle()).as("%s", outcome.outputs()).isEqualTo("met");
        assertThat(outcome.outputs().string("stdout").orElseThrow())
                .isEqualToIgnoringNewLines(directory.toRealPath().toString());
        assertThat(outcome.outputs().get("stderr")).isEqualTo("$(id)\n");
    }

    private static String detail(FakeProcessLauncher launcher) throws Exception {
        Follow outcome = execute(command("{\"cmd\":\"x\"}", launcher));
        assertThat(outcome.handle()).isEqualTo("not_met");
        return outcome.outputs().string("detail").orElseThrow();
    }

    private static FakeNodeContext command(String command, FakeProcessLauncher launcher) {
        return FakeNodeContext.builder()
                .config("{\"kind\":\"command\",\"command\":" + command + "}")
                .processes(launcher)
                .build();
    }

    private static String sentinel(String pattern, boolean regex, String against) {
        return JsonObject.builder()
                .put("kind", "sentinel")
                .put("against", against)
                .put(
                        "sentinel",
                        JsonObject.builder()
                                .put("pattern", pattern)
                                .put("isRegex", regex)
                                .build())
                .build()
                .toString();
    }

    private static Follow execute(FakeNodeContext context) throws Exception {
        return (Follow) new ConditionNode().execute(context);
    }
}
