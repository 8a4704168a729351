package io.infloop.node.script.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeOutcome.Follow;
import io.infloop.spi.node.NodeType;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.testkit.spi.FakeNodeContext;
import io.infloop.testkit.spi.FakeProcessLauncher;
import io.infloop.testkit.spi.LocalProcessLauncher;
import io.infloop.testkit.spi.ManualCancellation;
import io.infloop.testkit.spi.NodeTypeContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs real Python wherever the harness is concerned. */
class ScriptNodeTest extends NodeTypeContract {
    @TempDir
    Path directory;

    @Override
    protected NodeType nodeType() {
        return new ScriptNode();
    }

    @Override
    protected List<FakeNodeContext> workingContexts() {
        return List.of(context(config("def run():\n    pass\n").build()).build());
    }

    @Test
    void passesInputsInOrderAsTextsAndTakesDeclaredOutputs() throws Exception {
        JsonObject config = config(
                        """
                        import sys
                        def run(first, second, third):
                            print("héllo", first)
                            print("warn", file=sys.stderr)
                            return {"text": second, "number": 1, "list": [1, "ü"], "none": None, "other": 1, "third": repr(third)}
                        """)
                .put("inputs", JsonObject.of(ordered("b", "1; rm -rf /", "a", "ünï\u2028\"'", "c", "")))
                .put("outputs", List.of("text", "number", "list", "none", "missing", "third"))
                .build();
        FakeNodeContext context = context(config).build();
        Follow outcome = execute(context);
        assertThat(outcome.handle()).as("%s", outcome.outputs()).isEqualTo("next");
        assertThat(outcome.outputs().toBuilder().remove("durationMs").build())
                .isEqualTo(JsonObject.builder()
                        .put("stdout", "héllo 1; rm -rf /\n")
                        .put("stderr", "warn\n")
                        .put("exitCode", 0)
                        .put("timedOut", false)
                        .put("language", "py")
                        .put("text", "ünï\u2028\"'")
                        .put("number", "1")
                        .put("list", "[1,\"ü\"]")
                        .put("none", "")
                        .put("missing", "")
                        .put("third", "''")
                        .build());
        assertThat(context.journal().stdoutText()).isEqualTo("héllo 1; rm -rf /\n");
        assertThat(context.journal().stderrText()).isEqualTo("warn\n");
    }

    @Test
    void takesNothingPrintedForTheResult() throws Exception {
        JsonObject outputs = execute(context(config(
                                        "def run():\n    print('__INFLOOP_RESULT__:{\"x\":\"spoofed\"}')\n    return {'x': 'real'}\n")
                                .put("outputs", List.of("x"))
                                .build())
                        .build())
                .outputs();
        assertThat(outputs.get("x")).isEqualTo("real");
        assertThat(outputs.string("stdout").orElseThrow()).contains("spoofed");
    }

    @Test
    void saysThatRunIsMissing() throws Exception {
        Follow outcome = execute(context(config("x = 1\n").build()).build());
        assertThat(outcome.handle()).isEqualTo("error");
        assertThat(outcome.outputs().get("errorMessage"))
                .isEqualTo("script ended with exit code 1: the script must define a top-level run function");
        assertThat(outcome.outputs().get("exitCode")).isEqualTo(1L);
    }

    @Test
    void showsTheScriptsOwnLinesInATraceback() throws Exception {
        Follow outcome = execute(
                context(config("def run():\n    raise ValueError('no luck')\n").build())
                        .build());
        assertThat(outcome.handle()).isEqualTo("error");
        assertThat(outcome.outputs().get("errorMessage"))
                .isEqualTo("script ended with exit code 1: ValueError: no luck");
        assertThat(outcome.outputs().string("stderr").orElseThrow())
                .contains("File \"script.py\", line 2, in run", "raise ValueError('no luck')")
                .doesNotContain("harness");
    }

    @Test
    void namesASyntaxErrorAndTooManyInputs() throws Exception {
        assertThat(message(config("def run(:\n").build())).contains("SyntaxError");
        assertThat(message(config("def run():\n    pass\n")
                        .put("inputs", JsonObject.of("a", "1"))
                        .build()))
                .contains("TypeError");
    }

    @Test
    void refusesAResultThatIsNotJson() throws Exception {
        assertThat(message(config("def run():\n    return {1, 2}\n").build()))
                .contains("the value returned by run is not JSON");
        assertThat(message(
                        config("def run():\n    return {'x': float('nan')}\n").build()))
                .contains("the value returned by run is not JSON");
    }

    @Test
    void setsNoDeclaredOutputWhenNoObjectIsReturned() throws Exception {
        FakeNodeContext context = context(config("def run():\n    return [1]\n")
                        .put("outputs", List.of("x"))
                        .build())
                .build();
        Follow outcome = execute(context);
        assertThat(outcome.handle()).isEqualTo("next");
        assertThat(outcome.outputs().has("x")).isFalse();
        assertThat(context.journal().notices()).anyMatch(line -> line.contains("did not return an object"));
    }

    @Test
    void letsNothingReplaceABuiltInOutput() throws Exception {
        FakeNodeContext context = context(
                        config("def run():\n    return {'stdout': 'faked', 'exitCode': 7, 'ok': 'yes'}\n")
                                .put("outputs", List.of("stdout", "exitCode", "ok"))
                                .build())
                .build();
        JsonObject outputs = execute(context).outputs();
        assertThat(outputs.get("stdout")).isEqualTo("");
        assertThat(outputs.get("exitCode")).isEqualTo(0L);
        assertThat(outputs.get("ok")).isEqualTo("yes");
        assertThat(context.journal().notices()).hasSize(2).allMatch(line -> line.contains("built-in"));
    }

    @Test
    void worksInTheDirectoryItIsGivenButTakesNoModulesFromThere() throws Exception {
        Path work = Files.createDirectory(directory.resolve("work"));
        Files.writeString(work.resolve("helper.py"), "ANSWER = 42\n");
        Files.writeString(work.resolve("random.py"), "raise SystemExit('planted')\n");
        JsonObject config = config(
                        """
                        import os, random, sys
                        sys.path.append(os.getcwd())
                        import helper
                        def run():
                            return {"d": os.getcwd(), "a": helper.ANSWER, "r": random.__file__}
                        """)
                .put("cwd", work.toString())
                .put("outputs", List.of("d", "a", "r"))
                .build();
        JsonObject outputs = execute(context(config).build()).outputs();
        assertThat(outputs.get("d")).isEqualTo(work.toRealPath().toString());
        assertThat(outputs.get("a")).isEqualTo("42");
    }

    @Test
    void stopsAScriptThatTakesTooLong() throws Exception {
        Follow outcome = execute(context(config("import time\ndef run():\n    print('on it')\n    time.sleep(60)\n")
                        .put("timeoutMs", 1000)
                        .build())
                .build());
        assertThat(outcome.handle()).isEqualTo("error");
        assertThat(outcome.outputs().get("timedOut")).isEqualTo(true);
        assertThat(outcome.outputs().get("errorMessage")).isEqualTo("script timed out after 1000ms");
    }

    @ParameterizedTest
    @CsvSource({", 60000", "-5, 60000", "0, 0", "1500, 1500"})
    void limitsTheTime(Long configured, long expected) throws Exception {
        FakeProcessLauncher launcher = FakeProcessLauncher.exiting(0, "", "");
        JsonObject.Builder config = config("x");
        if (configured != null) {
            config.put("timeoutMs", configured);
        }
        execute(context(config.build()).processes(launcher).build());
        assertThat(launcher.spec().timeout()).isEqualTo(Duration.ofMillis(expected));
    }

    @Test
    void givesTheCodeToTheInterpreterAsItIs() throws Exception {
        FakeProcessLauncher launcher = FakeProcessLauncher.exiting(0, "", "");
        execute(context(config("{{inputs.x}}")
                        .put("inputs", JsonObject.of("a", 7))
                        .build())
                .processes(launcher)
                .interpreter("python", "/opt/python")
                .build());
        ProcessSpec spec = launcher.spec();
        assertThat(spec.command()).startsWith("/opt/python", "-u");
        assertThat(Files.readString(Path.of(spec.command().get(3)))).isEqualTo("{{inputs.x}}");
        assertThat(spec.stdin()).contains("[\"7\"]");
        assertThat(spec.workingDirectory()).isEmpty();
    }

    @Test
    void doesNotStartWhenAlreadyCancelled() throws Exception {
        ManualCancellation cancellation = new ManualCancellation();
        cancellation.cancel();
        Follow outcome =
                execute(context(config("x").build()).cancellation(cancellation).build());
        assertThat(outcome.outputs()).isEqualTo(JsonObject.of("errorMessage", "aborted"));
    }

    @Test
    void reportsAnInterpreterThatDoesNotStart() throws Exception {
        Follow outcome = execute(context(config("x").build())
                .processes(FakeProcessLauncher.refusing("python3: not found"))
                .build());
        assertThat(outcome.handle()).isEqualTo("error");
        assertThat(outcome.outputs().get("errorMessage")).isEqualTo("python3: not found");
        assertThat(outcome.outputs().get("language")).isEqualTo("py");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            value = {
                "{} | language must be py",
                "{\"language\":\"ts\",\"code\":\"x\"} | language ts needs a JavaScript runtime",
                "{\"language\":\"py\"} | code",
                "{\"language\":\"py\",\"code\":\"x\",\"inputs\":[]} | inputs",
                "{\"language\":\"py\",\"code\":\"x\",\"outputs\":\"x\"} | outputs",
                "{\"language\":\"py\",\"code\":\"x\",\"outputs\":[1]} | outputs",
                "{\"language\":\"py\",\"code\":\"x\",\"timeoutMs\":\"1\"} | timeoutMs",
                "{\"language\":\"py\",\"code\":\"x\",\"cwd\":1} | cwd",
            })
    void saysWhatIsWrongWithTheConfiguration(String config, String detail) throws Exception {
        Follow outcome = execute(FakeNodeContext.of(config));
        assertThat(outcome.handle()).isEqualTo("error");
        assertThat(outcome.outputs().string("errorMessage")).contains("invalid script config");
        assertThat(outcome.outputs().string("detail").orElseThrow()).startsWith(detail);
        assertThat(outcome.outputs().asMap()).hasSize(2);
    }

    @Test
    void saysThatItsDirectoryCannotBeUsed() throws Exception {
        Follow outcome = execute(FakeNodeContext.of("{\"language\":\"py\",\"code\":\"x\",\"cwd\":\"nowhere\"}"));
        assertThat(outcome.handle()).isEqualTo("error");
        assertThat(outcome.outputs().string("errorMessage").orElseThrow())
                .startsWith("the script cannot run: not an absolute path");
    }

    private String message(JsonObject config) throws Exception {
        Follow outcome = execute(context(config).build());
        assertThat(outcome.handle()).isEqualTo("error");
        return outcome.outputs().string("errorMessage").orElseThrow();
    }

    private static JsonObject.Builder config(String code) {
        return JsonObject.builder().put("language", "py").put("code", code);
    }

    private FakeNodeContext.Builder context(JsonObject config) {
        return FakeNodeContext.builder()
                .config(config)
                .scratchDirectory(directory)
                .processes(new LocalProcessLauncher(directory));
    }

    private static Follow execute(FakeNodeContext context) throws Exception {
        return (Follow) new ScriptNode().execute(context);
    }

    private static Map<String, Object> ordered(Object... namesAndValues) {
        Map<String, Object> members = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            members.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return members;
    }
}
