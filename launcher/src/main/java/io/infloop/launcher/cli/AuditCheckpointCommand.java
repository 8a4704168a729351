package io.infloop.launcher.cli;

import io.infloop.launcher.exit.CommandFailure;
import io.infloop.launcher.json.JsonText;
import jakarta.json.JsonObject;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Prints the head of the audit log. */
@Command(
        name = "checkpoint",
        mixinStandardHelpOptions = true,
        description = {
            "Prints the head of the audit log, and nothing else: a text to keep where this machine cannot write.",
            "infloop audit verify --since HEAD proves later that nothing up to it is missing."
        })
final class AuditCheckpointCommand implements Callable<Integer> {
    private final PrintStream out;
    private final OfflineQuestion question;

    @Mixin
    private OutputOption output;

    AuditCheckpointCommand(PrintStream out, OfflineQuestion question) {
        this.out = out;
        this.question = question;
    }

    @Override
    public Integer call() throws InterruptedException {
        JsonObject answer = question.ask("audit-checkpoint", List.of());
        if (output.json()) {
            out.println(JsonText.pretty(answer));
            return OfflineQuestion.exitCode(answer);
        }
        if (OfflineQuestion.exitCode(answer) != 0) {
            throw new CommandFailure(
                    OfflineQuestion.exitCode(answer),
                    answer.get("finding") instanceof JsonObject finding
                            ? JsonText.text(finding, "message").orElse("the audit log is not as it was written")
                            : "the audit log is not as it was written; see: infloop audit verify");
        }
        out.println(JsonText.text(answer, "head")
                .orElseThrow(() -> new CommandFailure(
                        CommandFailure.FINDING, "the audit log has no line yet, so there is nothing to keep")));
        return 0;
    }
}
