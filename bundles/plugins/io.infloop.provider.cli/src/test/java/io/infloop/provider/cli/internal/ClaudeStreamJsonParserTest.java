package io.infloop.provider.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.provider.OutputParser;
import io.infloop.spi.provider.OutputParser.Parsed;
import io.infloop.spi.provider.Usage;
import io.infloop.testkit.spi.FakeProcessLauncher;
import io.infloop.testkit.spi.OutputParserContract;
import io.infloop.testkit.spi.RecordingSink;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ClaudeStreamJsonParserTest extends OutputParserContract {
    private final RecordingSink sink = new RecordingSink();

    @Override
    protected OutputParser parser() {
        return new ClaudeStreamJsonParser();
    }

    @Override
    protected List<String> successfulRun() {
        return sample("claude-tool_bash");
    }

    @Test
    void readsARunWithNothingButText() {
        Parsed parsed = parse(sink, sample("claude-text"));
        assertThat(sink.text()).isEqualTo("Hello from the mock model. Done.");
        assertThat(sink.transcript()).isEqualTo("\n[result: success | $0.0106 | 1.2k in + 8 out | 0.2s]\n");
        assertThat(parsed.text()).contains("Hello from the mock model. Done.");
        assertThat(parsed.failure()).isEmpty();
        assertThat(parsed.outcomeSeen()).isTrue();
        assertThat(parsed.sessionId()).contains("10500f4e-6b81-4cc8-8b20-b458fcbec9a0");
        assertThat(parsed.usage())
                .isEqualTo(new Usage(OptionalLong.of(6500), OptionalLong.of(8), OptionalDouble.of(0.010575)));
        assertThat(parsed.permissionDenials()).isEmpty();
    }

    @Test
    void keepsThinkingToTheModel() {
        Parsed parsed = parse(sink, sample("claude-thinking"));
        assertThat(sink.text()).isEqualTo("Hello from the mock model. Done.");
        assertThat(sink.transcript()).doesNotContain("think");
        assertThat(parsed.text()).contains("Hello from the mock model. Done.");
    }

    @Test
    void showsToolCallsApartFromTheAnswer() {
        Parsed parsed = parse(sink, sample("claude-tool_bash"));
        assertThat(parsed.text()).contains("The command finished; all done.");
        assertThat(sink.text()).isEqualTo("I will run a command.The command finished; all done.");
        assertThat(sink.transcript())
                .startsWith("\n[tool: Bash] echo hi\n\n[tool result] hi\n\n[result: success")
                .doesNotContain("I will run");
    }

    @Test
    void reportsToolCallsThatWereRefused() {
        Parsed parsed = parse(sink, sample("claude-tool_bash_denied"));
        assertThat(parsed.failure()).isEmpty();
        assertThat(parsed.permissionDenials()).hasSize(1);
        assertThat(parsed.permissionDenials().get(0).get("tool_name")).isEqualTo("Bash");
        assertThat(sink.notices()).containsExactly("[permissions] tool calls refused: 1 (Bash)");
    }

    @Test
    void passesEveryCharacterOn() {
        Parsed parsed = parse(sink, sample("claude-unicode"));
        assertThat(parsed.text()).contains(sink.text());
        assertThat(sink.text())
                .contains("Grüße", "line\u2028sep", "nel\u0085", "bom\uFEFF", "\uD83D\uDC69\u200D", "𝒳𐍈");
    }

    @Test
    void judgesByIsErrorWhateverTheSubtypeSays() {
        Parsed parsed = parse(sink, sample("claude-error401_maxretries0"));
        assertThat(parsed.outcomeSeen()).isTrue();
        assertThat(parsed.failure()).contains("Invalid API key · Fix external API key (API status 401)");
        assertThat(parsed.text()).isEmpty();
        assertThat(sink.text()).isEmpty();
        assertThat(sink.transcript()).contains("[error: authentication_failed] Invalid API key · Fix external API key");
    }

    @Test
    void namesTheErrorsOfARunWithoutAResult() {
        Parsed parsed = parse(
                sink,
                List.of("{\"type\":\"result\",\"subtype\":\"error_max_turns\",\"is_error\":true,"
                        + "\"errors\":[\"too many turns\",{\"message\":\"really\"}]}\n"));
        assertThat(parsed.failure()).contains("error_max_turns: too many turns; really");
    }

    @Test
    void missesTheOutcomeOfAStreamThatBreaksOff() {
        List<String> lines = sample("claude-text");
        Parsed parsed = parse(sink, lines.subList(0, lines.size() - 1));
        assertThat(parsed.reportsOutcome()).isTrue();
        assertThat(parsed.outcomeSeen()).isFalse();
        assertThat(sink.text()).isEqualTo("Hello from the mock model. Done.");
    }

    @Test
    void takesTheSecondAnswerAfterABrokenStreamFromTheResult() {
        Parsed parsed = parse(
                sink,
                List.of(
                        start("msg_1"),
                        delta("Hello fr"),
                        assistant("msg_2", "{\"type\":\"text\",\"text\":\"Hello from the model.\"}"),
                        "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,"
                                + "\"result\":\"Hello from the model.\"}\n"));
        assertThat(sink.text()).isEqualTo("Hello fr");
        assertThat(sink.transcript()).startsWith("\nHello from the model.\n");
        assertThat(parsed.text()).contains("Hello from the model.");
    }

    @Test
    void takesTheLastOfSeveralResults() {
        String frame = "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":%s,\"result\":\"%s\"}\n";
        assertThat(parse(sink, List.of(frame.formatted("true", "no"), frame.formatted("false", "yes")))
                        .text())
                .contains("yes");
        assertThat(parse(sink, List.of(frame.formatted("false", "yes"), frame.formatted("true", "no")))
                        .failure())
                .contains("no");
    }

    @Test
    void acceptsAnEmptyAnswer() {
        Parsed parsed = parse(
                sink, List.of("{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"result\":\"\"}\n"));
        assertThat(parsed.text()).contains("");
        assertThat(parsed.failure()).isEmpty();
        assertThat(sink.transcript()).isEqualTo("\n[result: success]\n");
    }

    @Test
    void tellsOfRetriesWithoutEndingTheRun() {
        Parsed parsed = parse(
                sink,
                List.of("{\"type\":\"system\",\"subtype\":\"api_retry\",\"attempt\":1,\"max_retries\":2,"
                        + "\"retry_delay_ms\":529.5,\"error_status\":529,\"error\":\"overloaded\"}\n"));
        assertThat(sink.notices())
                .containsExactly("[retry 1/2 in 529 ms] the agent's service did not answer, status 529, overloaded");
        assertThat(parsed.outcomeSeen()).isFalse();
        assertThat(parsed.failure()).isEmpty();
    }

    @Test
    void summarisesToolsByWhatMattersMost() {
        assertThat(tool("Read", "{\"file_path\":\"/a\",\"limit\":1}")).isEqualTo("\n[tool: Read] /a\n");
        assertThat(tool("Grep", "{\"pattern\":\"x\\ny\"}")).isEqualTo("\n[tool: Grep] x↵y\n");
        assertThat(tool("WebSearch", "{\"query\":\"q\"}")).isEqualTo("\n[tool: WebSearch] q\n");
        assertThat(tool("WebFetch", "{\"query\":\"q\",\"url\":\"u\"}")).isEqualTo("\n[tool: WebFetch] u\n");
        assertThat(tool("Other", "{\"a\": [1]}")).isEqualTo("\n[tool: Other] {\"a\":[1]}\n");
        assertThat(tool("Task", "{\"subagent_type\":\"reviewer\",\"description\":\"look\"}"))
                .isEqualTo("\n[subagent: reviewer] look\n");
        assertThat(tool("Task", "{\"agent\":\"reviewer\"}")).isEqualTo("\n[subagent: reviewer]\n");
        assertThat(tool("Bash", "{\"command\":\"" + "😀".repeat(300) + "\"}"))
                .isEqualTo("\n[tool: Bash] " + "😀".repeat(200) + "…\n");
    }

    @Test
    void showsResultsOfToolsAndSubagents() {
        Parsed parsed = parse(
                sink,
                List.of(
                        assistant("m", "{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"Task\",\"input\":{}}"),
                        user("{\"type\":\"tool_result\",\"tool_use_id\":\"t1\",\"content\":[{\"type\":\"text\","
                                + "\"text\":\"a\"},{\"type\":\"image\"},{\"type\":\"text\",\"text\":\"b\"}]},"
                                + "{\"type\":\"tool_result\",\"tool_use_id\":\"t2\",\"content\":{\"k\":1}}"),
                        user("{\"type\":\"text\",\"text\":\"continue, please\"}")));
        assertThat(sink.transcript())
                .isEqualTo("\n[subagent: agent]\n\n[subagent result] a↵b\n[tool result] {\"k\":1}\n");
        assertThat(parsed.outcomeSeen()).isFalse();
    }

    @Test
    void doesNotTakeTheWordsOfSubagentsForTheAnswer() {
        parse(
                sink,
                List.of("{\"type\":\"stream_event\",\"parent_tool_use_id\":\"t1\",\"event\":{\"type\":"
                        + "\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"ALL GREEN\"}}}\n"));
        assertThat(sink.text()).isEmpty();
        assertThat(sink.transcript()).isEqualTo("ALL GREEN");
    }

    @Test
    void showsForeignLinesAndIgnoresFramesOfLaterVersions() {
        parse(
                sink,
                List.of(
                        "  \n",
                        "Debug: hello\n",
                        "{\"type\":\"system\",\"subtype\":\"new\"}\n",
                        "{\"type\":\"rate_limit_event\"}\n",
                        "{\"no\":\"type\"}\n"));
        assertThat(sink.transcript()).isEqualTo("Debug: hello\n");
        assertThat(sink.text()).isEmpty();
    }

    private static String tool(String name, String input) {
        RecordingSink sink = new RecordingSink();
        OutputParser.Session session = new ClaudeStreamJsonParser().open(sink);
        session.line(assistant("m", "{\"type\":\"tool_use\",\"name\":\"" + name + "\",\"input\":" + input + "}"));
        return sink.transcript();
    }

    private static String start(String message) {
        return "{\"type\":\"stream_event\",\"event\":{\"type\":\"message_start\",\"message\":{\"id\":\"" + message
                + "\"}}}\n";
    }

    private static String delta(String text) {
        return "{\"type\":\"stream_event\",\"event\":{\"type\":\"content_block_delta\","
                + "\"delta\":{\"type\":\"text_delta\",\"text\":\"" + text + "\"}}}\n";
    }

    private static String assistant(String id, String block) {
        return "{\"type\":\"assistant\",\"message\":{\"id\":\"" + id + "\",\"model\":\"m\",\"content\":[" + block
                + "]}}\n";
    }

    private static String user(String blocks) {
        return "{\"type\":\"user\",\"message\":{\"content\":[" + blocks + "]}}\n";
    }

    static List<String> sample(String name) {
        try (InputStream in = Objects.requireNonNull(
                ClaudeStreamJsonParserTest.class.getResourceAsStream("/agent-streams/" + name + ".jsonl"))) {
            return FakeProcessLauncher.lines(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void survivesFramesWhoseFieldsHaveOtherTypes() {
        JsonObject odd = JsonObject.builder()
                .put("type", "result")
                .put("is_error", "yes")
                .put("result", 7)
                .put("usage", List.of())
                .put("total_cost_usd", -1)
                .put("permission_denials", List.of(1))
                .build();
        Parsed parsed = parse(sink, List.of(odd + "\n"));
        assertThat(parsed.failure()).isPresent();
        assertThat(parsed.usage()).isEqualTo(Usage.UNKNOWN);
    }
}
