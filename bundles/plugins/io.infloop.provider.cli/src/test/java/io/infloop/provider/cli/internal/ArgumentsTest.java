package io.infloop.provider.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.infloop.spi.process.SandboxDemand;
import io.infloop.spi.provider.AgentRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
    @Test
    void substitutesLiterally() throws Exception {
        String prompt = "$& $1 \\1 {agent} {prompt} \"; rm -rf";
        assertThat(arguments(List.of("-p", "{prompt}", "x={agent}:{prompt}"), PromptVia.ARG, prompt, "a$1"))
                .containsExactly("-p", prompt, "x=a$1:" + prompt);
    }

    @Test
    void leavesThePromptOutOfTheArgumentsWhenItGoesToStandardInput() throws Exception {
        assertThat(arguments(List.of("run", "{prompt}", "-"), PromptVia.STDIN, "--secret", ""))
                .containsExactly("run", "{prompt}", "-");
    }

    @Test
    void dropsTheSubagentWithItsOptionWhenThereIsNone() throws Exception {
        assertThat(arguments(List.of("--verbose", "--agent", "{agent}", "end"), PromptVia.STDIN, "x", " "))
                .containsExactly("--verbose", "end");
        assertThat(arguments(List.of("as", "{agent}"), PromptVia.STDIN, "x", ""))
                .containsExactly("as");
        assertThat(arguments(List.of("--as={agent}", "{agent}"), PromptVia.STDIN, "x", ""))
                .isEmpty();
        assertThat(arguments(List.of("--agent", "{agent}"), PromptVia.STDIN, "x", " reviewer "))
                .containsExactly("--agent", "reviewer");
    }

    @Test
    void putsDangerousArgumentsFirstOrWhereTheManifestWantsThem() throws Exception {
        assertThat(dangerous(List.of("run"), true)).containsExactly("--yes", "run");
        assertThat(dangerous(List.of("run"), false)).containsExactly("run");
        assertThat(dangerous(List.of("exec", "{dangerousArgs}", "-"), true)).containsExactly("exec", "--yes", "-");
        assertThat(dangerous(List.of("exec", "{dangerousArgs}", "-"), false)).containsExactly("exec", "-");
    }

    @Test
    void refusesAPromptThatWouldBeReadAsAnOption() throws Exception {
        assertRefused(List.of("{prompt}"), "--version", "");
        assertRefused(List.of("{prompt}", "--"), "-x", "");
        assertThat(arguments(List.of("--", "{prompt}"), PromptVia.ARG, "-x", ""))
                .containsExactly("--", "-x");
        assertThat(arguments(List.of("--prompt={prompt}"), PromptVia.ARG, "-x", ""))
                .containsExactly("--prompt=-x");
    }

    @Test
    void refusesAnAgentThatWouldBeReadAsAnOption() {
        assertRefused(List.of("--agent", "{agent}"), "x", "--dangerously-skip-permissions");
    }

    @Test
    void refusesWhatNoArgumentCanHold() throws Exception {
        assertRefused(List.of("{prompt}"), "a\0b", "");
        assertRefused(List.of("{prompt}"), "é".repeat(70_000), "");
        assertThat(arguments(List.of("{prompt}"), PromptVia.ARG, "x".repeat(131_071), ""))
                .hasSize(1);
    }

    private static void assertRefused(List<String> args, String prompt, String agent) {
        assertThatExceptionOfType(RefusedArgumentException.class)
                .isThrownBy(() -> arguments(args, PromptVia.ARG, prompt, agent));
    }

    private static List<String> arguments(List<String> args, PromptVia via, String prompt, String agent)
            throws RefusedArgumentException {
        return Arguments.of(manifest(args, via), request(prompt, agent, false));
    }

    private static List<String> dangerous(List<String> args, boolean skipPermissions) throws RefusedArgumentException {
        return Arguments.of(manifest(args, PromptVia.STDIN), request("x", "", skipPermissions));
    }

    private static CliManifest manifest(List<String> args, PromptVia via) {
        return new CliManifest(
                "acme",
                args,
                "plain",
                via,
                List.of(),
                Map.of(),
                List.of("--yes"),
                Optional.empty(),
                SandboxDemand.NONE,
                List.of(),
                false);
    }

    private static AgentRequest request(String prompt, String agent, boolean skipPermissions) {
        return new AgentRequest(
                prompt,
                Optional.of(Path.of("/")),
                agent.isEmpty() ? Optional.empty() : Optional.of(agent),
                Optional.empty(),
                Duration.ZERO,
                skipPermissions,
                AgentRequest.Mode.WORK);
    }
}
