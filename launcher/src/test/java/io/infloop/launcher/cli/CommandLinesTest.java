package io.infloop.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.launcher.handover.Environment;
import io.infloop.launcher.json.JsonText;
import jakarta.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLinesTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "start --help",
                "demo --help",
                "doctor --help",
                "audit --help",
                "audit verify --help",
                "audit checkpoint --help",
                "plugins --help",
                "plugins list --help",
                "version --help"
            })
    void everyCommandHasHelp(String arguments) {
        assertThat(execute(arguments.split(" "))).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("Usage: infloop", "--help");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "plugins",
                "audit",
                "audit verify --since",
                "start --nonsense",
                "demo --agent nobody"
            })
    void aCommandLineWithoutSenseIsAUsageError(String arguments) {
        assertThat(execute(arguments.isEmpty() ? new String[0] : arguments.split(" ")))
                .isEqualTo(2);
    }

    @Test
    void withoutAServerCommandsSaySoInTextAndJson() throws IOException {
        assertThat(execute("plugins", "list", "--json")).isEqualTo(69);

        assertThat(refusal(69).getString("reason")).isEqualTo("no-server");
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("no server is running", directory.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--json",
                "--json nonsense",
                "nonsense --json",
                "plugins --json",
                "--json plugins",
                "start --json --nonsense",
                "demo --json --agent nobody"
            })
    void aUsageErrorIsJsonAsWell(String arguments) throws IOException {
        assertThat(execute(arguments.split(" "))).isEqualTo(2);

        assertThat(refusal(2).getString("reason")).isEqualTo("usage");
        assertThat(refusal(2).getString("message")).isNotBlank();
    }

    @Test
    void withJsonAloneTheQuestionIsWhichCommand() throws IOException {
        assertThat(execute("--json")).isEqualTo(2);

        assertThat(refusal(2).getString("message")).isEqualTo("Which command?");
    }

    @Test
    void jsonMayStandBeforeTheCommand() throws IOException {
        assertThat(execute("--json", "version")).isZero();

        assertThat(JsonText.object(out.toString(StandardCharsets.UTF_8)).getString("version"))
                .isNotBlank();
    }

    @Test
    void aDataDirectoryThatIsAFileIsRefusedInTextAndJson() throws IOException {
        directory = Files.writeString(directory.resolve("file"), "x");

        assertThat(execute("start", "--json")).isEqualTo(78);

        assertThat(refusal(78).getString("reason")).isEqualTo("data-directory-not-writable");
        assertThat(refusal(78).getString("message")).contains(directory.toString(), "INFLOOP_DATA_DIR");
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .first()
                .isEqualTo("refusing-to-start: data-directory-not-writable");
    }

    @Test
    void theVersionIsThatOfTheBuild() throws IOException {
        assertThat(execute("version", "--json")).isZero();

        assertThat(JsonText.object(out.toString(StandardCharsets.UTF_8)).getString("version"))
                .matches("[0-9]+\\.[0-9]+\\.[0-9]+.*");
    }

    private JsonObject refusal(int exit) throws IOException {
        JsonObject printed = JsonText.object(out.toString(StandardCharsets.UTF_8));
        assertThat(printed.getInt("exit")).isEqualTo(exit);
        return printed.getJsonObject("refusal");
    }

    private int execute(String... arguments) {
        Context context = new Context(
                new Environment(Map.of("INFLOOP_DATA_DIR", directory.toString())),
                directory,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return CommandLines.execute(context, arguments);
    }
}
