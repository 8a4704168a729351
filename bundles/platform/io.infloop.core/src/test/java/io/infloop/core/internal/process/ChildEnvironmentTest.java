package io.infloop.core.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.spi.process.SpawnException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChildEnvironmentTest {
    private static final Path DIRECTORY = Path.of("/work-dir");
    private static final Map<String, String> SERVER = Map.ofEntries(
            Map.entry("PATH", "/bin"),
            Map.entry("HOME", "/home/x"),
            Map.entry("LC_ALL", "C.UTF-8"),
            Map.entry("https_proxy", "http://proxy"),
            Map.entry("PWD", "/server"),
            Map.entry("ANTHROPIC_API_KEY", "k1"),
            Map.entry("ANTHROPIC", "k2"),
            Map.entry("AWS_SECRET", "k3"),
            Map.entry("LD_PRELOAD", "evil.so"),
            Map.entry("BASH_FUNC_x%%", "() { :; }"),
            Map.entry("INFLOOP_API_TOKEN", "t1"),
            Map.entry("infloop_lower", "t2"),
            Map.entry("Infloop_Mixed", "t3"));

    @Test
    void aChildGetsTheBaseSetOnly() throws SpawnException {
        assertThat(child(List.of(), Map.of()))
                .containsOnlyKeys("PATH", "HOME", "LC_ALL", "https_proxy", "PWD")
                .containsEntry("PWD", "/work-dir");
    }

    @ParameterizedTest
    @CsvSource({
        "ANTHROPIC_*, ANTHROPIC_API_KEY, true",
        "ANTHROPIC_*, ANTHROPIC, false",
        "ANTHROPIC, ANTHROPIC_API_KEY, false",
        "ANTHROPIC*, ANTHROPIC, true",
        "AWS_SECRET, AWS_SECRET, true",
        "INFLOOP_*, INFLOOP_API_TOKEN, false",
        "INFLOOP_API_TOKEN, INFLOOP_API_TOKEN, false",
        "I*, INFLOOP_API_TOKEN, false",
        "infloop_lower, infloop_lower, false",
        "Infloop_*, Infloop_Mixed, false"
    })
    void patternsSelect(String pattern, String name, boolean selected) throws SpawnException {
        assertThat(child(List.of(pattern), Map.of()).containsKey(name)).isEqualTo(selected);
        assertThat(new ChildEnvironment(SERVER, List.of(pattern))
                        .forChild(List.of(), Map.of(), DIRECTORY)
                        .containsKey(name))
                .isEqualTo(selected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "", "A B", "A*B", "**", "1A", "A=B", "A-B"})
    void badPatternsAreRefused(String pattern) {
        assertThat(EnvPatterns.problem(pattern)).isPresent();
        assertThatThrownBy(() -> child(List.of(pattern), Map.of())).isInstanceOf(SpawnException.class);
    }

    @Test
    void fixedValuesWinButNotOverOurOwn() throws SpawnException {
        assertThat(child(List.of(), Map.of("HOME", "/else", "X", "1", "INFLOOP_X", "2", "PWD", "/lie")))
                .containsEntry("HOME", "/else")
                .containsEntry("X", "1")
                .containsEntry("PWD", "/work-dir")
                .doesNotContainKey("INFLOOP_X");
        assertThatThrownBy(() -> child(List.of(), Map.of("A=B", "x"))).isInstanceOf(SpawnException.class);
        assertThatThrownBy(() -> child(List.of(), Map.of("A", "x\0y"))).isInstanceOf(SpawnException.class);
    }

    @Test
    void homeAndPathAreAlwaysSet() throws SpawnException {
        Map<String, String> child = new ChildEnvironment(Map.of(), List.of()).forChild(List.of(), Map.of(), DIRECTORY);

        assertThat(child).containsOnlyKeys("PATH", "HOME", "PWD");
        assertThat(child.get("HOME")).isNotBlank();
    }

    private static Map<String, String> child(List<String> patterns, Map<String, String> fixed) throws SpawnException {
        return new ChildEnvironment(SERVER, List.of()).forChild(patterns, fixed, DIRECTORY);
    }
}
