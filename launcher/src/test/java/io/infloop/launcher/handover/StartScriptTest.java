package io.infloop.launcher.handover;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.launcher.json.JsonText;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the real start script with a Java that only shows what it was given. */
class StartScriptTest {
    private static final Path SCRIPT = Path.of("src/main/distribution/bin/infloop");
    private static final String SECRET = "token-5f1d";

    @TempDir
    private Path directory;

    private Path script;
    private Path java;

    @BeforeEach
    void makeADistributionAndAJava() throws IOException {
        script = directory.resolve("a home/bin/infloop");
        Files.createDirectories(script.getParent());
        Files.createDirectories(directory.resolve("a home/lib"));
        Files.copy(SCRIPT, script);
        executable(script);
        java = directory.resolve("jdk/bin/java");
        Files.createDirectories(java.getParent());
        Files.writeString(
                java,
                "#!/bin/sh\nreadlink /proc/$$/fd/3 >" + directory + "/descriptor\ncat <&3 >" + directory
                        + "/handed\ncat >" + directory + "/stdin\ntr '\\0' '\\n' </proc/$$/environ >" + directory
                        + "/environ\ntr '\\0' '\\n' </proc/$$/cmdline >" + directory + "/cmdline\n");
        executable(java);
        release("17.0.2");
    }

    static Stream<List<String>> shells() {
        return Stream.of(List.of("dash"), List.of("bash"), List.of("busybox", "sh"), List.of("sh"))
                .filter(shell -> Stream.of("/bin/", "/usr/bin/")
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder + shell.get(0)))));
    }

    @ParameterizedTest
    @MethodSource("shells")
    void handsOverEveryByteOfTheEnvironmentAndKeepsItFromTheJvm(List<String> shell) throws Exception {
        Map<String, String> variables = variables();
        variables.put("INFLOOP_API_TOKEN", SECRET);
        variables.put("AWKWARD", "line\nline \"quotes\" 'single' $HOME `id` $(id) \\ \\n é \u0001 tail\n");
        variables.put("PERCENT", "100% %41 %0A");
        variables.put("LARGE", "x".repeat(20_000));
        variables.put("LINES", "line\n".repeat(1_000));

        Result result = run(shell, variables, "start", "an argument");

        assertThat(result.exit()).as(result.error()).isZero();
        assertThat(handed()).containsAllEntriesOf(variables);
        assertThat(read("descriptor")).startsWith("pipe:");
        assertThat(read("environ"))
                .doesNotContain(SECRET)
                .doesNotContain("AWKWARD")
                .contains("PATH=");
        assertThat(read("cmdline"))
                .doesNotContain(SECRET)
                .contains("-XX:+DisableAttachMechanism", "-XX:-UsePerfData", "start\nan argument\n")
                .contains("-Dinfloop.home=" + directory.toRealPath().resolve("a home"));
    }

    @Test
    void followsSymbolicLinksFromAnyDirectory() throws Exception {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Files.createSymbolicLink(elsewhere.resolve("first"), Path.of("../a home/bin/infloop"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), elsewhere.resolve("first"));

        Result result = run(List.of(link.toString()), variables(), "version");

        assertThat(result.exit()).as(result.error()).isZero();
        assertThat(read("cmdline"))
                .contains("-Dinfloop.home=" + directory.toRealPath().resolve("a home"));
    }

    @Test
    void readsTheTokenFromAFile() throws Exception {
        Path file = Files.writeString(directory.resolve("token"), SECRET + "\n");
        Map<String, String> variables = variables();
        variables.put("INFLOOP_API_TOKEN_FILE", file.toString());

        run(List.of("sh"), variables, "start");

        assertThat(handed()).containsEntry("INFLOOP_API_TOKEN", SECRET);
    }

    @Test
    void refusesATokenFileThatIsNotThere() throws Exception {
        Map<String, String> variables = variables();
        variables.put("INFLOOP_API_TOKEN_FILE", directory.resolve("absent").toString());

        Result result = run(List.of("sh"), variables, "start");

        assertThat(result.exit()).isEqualTo(78);
        assertThat(result.error()).contains("absent", "cannot be read");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "4"})
    void readsTheTokenFromADescriptorAndLeavesNothingInIt(String descriptor) throws Exception {
        Path file = Files.writeString(directory.resolve("token"), SECRET + "\n");
        Map<String, String> variables = variables();
        variables.put("INFLOOP_API_TOKEN_FD", descriptor);

        Result result = run(List.of("sh", "-c", "exec \"$0\" start " + descriptor + "<" + file), variables);

        assertThat(result.exit()).as(result.error()).isZero();
        assertThat(handed()).containsEntry("INFLOOP_API_TOKEN", SECRET);
        assertThat(read("stdin")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "3", "10", "x", "0 4", "9"})
    void refusesADescriptorThatGivesNoToken(String descriptor) throws Exception {
        Map<String, String> variables = variables();
        variables.put("INFLOOP_API_TOKEN_FD", descriptor);

        Result result = run(List.of("sh"), variables, "start");

        assertThat(result.exit()).isEqualTo(78);
        assertThat(result.error())
                .startsWith("refusing-to-start: unusable-token\n")
                .contains("INFLOOP_API_TOKEN_FD");
    }

    @ParameterizedTest
    @MethodSource("shells")
    void handsOverAnEnvironmentOfSixtyKilobytesInAPipe(List<String> shell) throws Exception {
        Map<String, String> variables = variables();
        variables.put("LARGE", "x".repeat(59_000) + "\n tail é\n");

        Result result = run(shell, variables, "start");

        assertThat(result.exit()).as(result.error()).isZero();
        assertThat(handed()).containsAllEntriesOf(variables);
        assertThat(read("descriptor")).startsWith("pipe:");
    }

    @ParameterizedTest
    @MethodSource("shells")
    void refusesAnEnvironmentThatDoesNotFitIntoAPipe(List<String> shell) throws Exception {
        Map<String, String> variables = variables();
        variables.put("LARGE", "x".repeat(65_000));

        Result result = run(shell, variables, "start");

        assertThat(result.exit()).isEqualTo(78);
        assertThat(result.error())
                .startsWith("refusing-to-start: environment-too-large\n")
                .contains("larger than 60 kB");
        assertThat(directory.resolve("handed")).doesNotExist();
    }

    @Test
    void worksWithoutAwk() throws Exception {
        Path programs = Files.createDirectory(directory.resolve("programs"));
        for (String name : List.of("dirname", "base64", "cat", "sed", "env", "readlink", "tr")) {
            Path program = programs.resolve(name);
            Files.writeString(program, "#!/bin/sh\nPATH=/usr/bin:/bin\nexec " + name + " \"$@\"\n");
            executable(program);
        }
        Map<String, String> variables = variables();
        variables.put("PATH", programs.toString());
        variables.put("AWKWARD", "a\nb\n");

        Result result = run(List.of("/bin/sh", script.toString()), variables, "start");

        assertThat(result.exit()).as(result.error()).isZero();
        assertThat(handed()).containsAllEntriesOf(variables);
        assertThat(read("handed")).startsWith("base64\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"version", "--help", "start --help", "plugins list -h", "plugins list", ""})
    void whatNeedsNoEnvironmentWorksInALargeOne(String arguments) throws Exception {
        Map<String, String> variables = variables();
        variables.put("HOME", "/home/somebody");
        variables.put("LARGE", "x".repeat(90_000));
        if (!arguments.equals("plugins list")) {
            variables.put("INFLOOP_API_TOKEN_FILE", directory.resolve("absent").toString());
        }

        Result result = run(List.of("sh"), variables, arguments.isEmpty() ? new String[0] : arguments.split(" "));

        assertThat(result.exit()).as(result.error()).isZero();
        assertThat(handed()).doesNotContainKey("LARGE");
        assertThat(handed().containsKey("HOME")).isEqualTo(arguments.equals("plugins list"));
    }

    @Test
    void refusesInJsonWhenAsked() throws Exception {
        Map<String, String> variables = variables();
        variables.put(
                "INFLOOP_API_TOKEN_FILE", directory.resolve("a \"quoted\\ name").toString());

        Result result = run(List.of("sh"), variables, "start", "--json");

        assertThat(result.exit()).isEqualTo(78);
        JsonObject printed = JsonText.object(read("output"));
        assertThat(printed.getInt("exit")).isEqualTo(78);
        assertThat(printed.getJsonObject("refusal").getString("reason")).isEqualTo("unusable-token");
        assertThat(printed.getJsonObject("refusal").getString("message")).contains("a \"quoted\\ name");
        assertThat(result.error()).startsWith("refusing-to-start: unusable-token\n");
    }

    @Test
    void looksElsewhereWhenJavaHomeIsTooOld() throws Exception {
        release("11.0.1");

        Result result = run(List.of("sh"), variables(), "--version");

        assertThat(result.error()).contains("holds no Java 17 or newer");
        assertThat(directory.resolve("handed")).doesNotExist();
    }

    @Test
    void optionsOfTheOperatorComeAfterTheDefaults() throws Exception {
        Map<String, String> variables = variables();
        variables.put("INFLOOP_JAVA_OPTS", "-Xmx1g -XX:+UseG1GC");

        run(List.of("sh"), variables, "start");

        assertThat(read("cmdline")).containsSubsequence("-Xmx512m", "-Xmx1g").doesNotContain("UseSerialGC");
    }

    private Map<String, String> variables() {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        variables.put("JAVA_HOME", directory.resolve("jdk").toString());
        return variables;
    }

    private Result run(List<String> shell, Map<String, String> variables, String... arguments) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(shell));
        if (!shell.get(0).startsWith("/")) {
            builder.command().add(script.toString());
        }
        builder.command().addAll(List.of(arguments));
        builder.environment().clear();
        builder.environment().putAll(variables);
        builder.directory(Path.of("/").toFile());
        Path error = directory.resolve("error");
        builder.redirectInput(Path.of("/dev/null").toFile());
        builder.redirectError(error.toFile());
        builder.redirectOutput(directory.resolve("output").toFile());
        Process process = builder.start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), Files.readString(error));
    }

    private Map<String, String> handed() throws IOException {
        try (java.io.InputStream in = Files.newInputStream(directory.resolve("handed"))) {
            return HandOver.parse(in);
        }
    }

    private String read(String name) throws IOException {
        return Files.readString(directory.resolve(name), StandardCharsets.UTF_8);
    }

    private void release(String version) throws IOException {
        Files.writeString(directory.resolve("jdk/release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private record Result(int exit, String error) {}
}
