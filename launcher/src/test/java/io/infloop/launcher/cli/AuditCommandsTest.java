package io.infloop.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.launcher.exit.CommandFailure;
import io.infloop.launcher.json.JsonText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What the commands make of the answers of core. */
class AuditCommandsTest {
    private static final String FINDING =
            "{\"exit\":1,\"intact\":false,\"finding\":{\"kind\":\"changed\",\"file\":\"audit.1.jsonl\",\"line\":4,\"message\":\"a"
                    + " line was changed\"}}";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final List<String> asked = new ArrayList<>();

    @Test
    void anIntactLogIsOneSentence() {
        assertThat(run("{\"exit\":0,\"intact\":true,\"lines\":12}", "verify")).isZero();

        assertThat(text()).startsWith("The audit log is intact.\n").contains("lines: 12");
        assertThat(asked).containsExactly("audit-verify");
    }

    @Test
    void theFirstFindingIsNamedWithItsPlace() throws IOException {
        assertThat(run(FINDING, "verify", "--since", "12.ab ")).isEqualTo(1);

        assertThat(text()).startsWith("audit.1.jsonl:4: a line was changed\n");
        assertThat(asked).containsExactly("audit-verify", "--since", "12.ab");

        out.reset();
        assertThat(run(FINDING, "verify", "--json")).isEqualTo(1);
        assertThat(JsonText.object(text()).getJsonObject("finding").getString("kind"))
                .isEqualTo("changed");
    }

    @Test
    void aCheckpointIsTheHeadAlone() {
        assertThat(run("{\"exit\":0,\"intact\":true,\"head\":\"12.ab\",\"seq\":12}", "checkpoint"))
                .isZero();

        assertThat(text()).isEqualTo("12.ab\n");
        assertThat(asked).containsExactly("audit-checkpoint");
    }

    @Test
    void nothingIsPrintedAsAHeadThatIsNone() {
        assertThatThrownBy(() -> run(FINDING, "checkpoint")).hasMessage("a line was changed");
        assertThatThrownBy(() -> run("{\"exit\":0,\"lines\":0}", "checkpoint")).hasMessageContaining("no line yet");
        assertThat(text()).isEmpty();
    }

    @Test
    void whatCoreRefusesIsARefusal() {
        assertThatThrownBy(() -> run("{\"exit\":2,\"message\":\"wants a head\"}", "verify", "--since", "x"))
                .isInstanceOfSatisfying(CommandFailure.class, failure -> {
                    assertThat(failure.exitCode()).isEqualTo(2);
                    assertThat(failure).hasMessage("wants a head");
                });
        assertThatThrownBy(
                        () -> run("{\"exit\":78,\"refusal\":\"invalid-setting\",\"message\":\"correct it\"}", "verify"))
                .isInstanceOfSatisfying(CommandFailure.class, failure -> {
                    assertThat(failure.exitCode()).isEqualTo(78);
                    assertThat(failure.reason()).isEqualTo("invalid-setting");
                });
    }

    private int run(String answer, String... arguments) {
        OfflineQuestion question = (command, given) -> {
            asked.add(command);
            asked.addAll(given);
            try {
                return OfflineQuestion.checked(JsonText.object(answer));
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        };
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        CommandLine audit = new CommandLine(new AuditCommand())
                .addSubcommand(new AuditVerifyCommand(stream, question))
                .addSubcommand(new AuditCheckpointCommand(stream, question));
        return execute(audit, arguments);
    }

    private static int execute(CommandLine audit, String... arguments) {
        CommandFailure[] failed = new CommandFailure[1];
        audit.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (failure instanceof CommandFailure expected) {
                failed[0] = expected;
                return expected.exitCode();
            }
            throw failure;
        });
        int exit = audit.execute(arguments);
        if (failed[0] != null) {
            throw failed[0];
        }
        return exit;
    }

    private String text() {
        return out.toString(StandardCharsets.UTF_8);
    }
}
