package io.infloop.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.launcher.handover.Environment;
import io.infloop.launcher.json.JsonText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
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
                "plugins --help",
                "plugins list --help",
                "version --help"
            })
    void everyCommandHasHelp(String arguments) {
        assertThat(execute(arguments.split(" "))).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("Usage: infloop", "--help");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "plugins", "start --nonsense", "demo --agent nobody"})
    void aCommandLineWithoutSenseIsAUsageError(String arguments) {
        assertThat(execute(arguments.isEmpty() ? new String[0] : arguments.split(" ")))
                .isEqualTo(2);
    }

    @Test
    void withoutAServerCommandsSaySoInTextAndJson() throws IOException {
        assertThat(execute("plugins", "list", "--json")).isEqualTo(69);

        assertThat(JsonText.object(out.toString(StandardCharsets.UTF_8)).getInt("exit"))
                .isEqualTo(69);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("no server is running", directory.toString());
    }

    @Test
    void theVersionIsThatOfTheBuild() throws IOException {
        assertThat(execute("version", "--json")).isZero();

        assertThat(JsonText.object(out.toString(StandardCharsets.UTF_8)).getString("version"))
                .matches("[0-9]+\\.[0-9]+\\.[0-9]+.*");
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
