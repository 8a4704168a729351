package io.infloop.launcher.cli;

import io.infloop.launcher.json.JsonText;
import jakarta.json.JsonObject;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Checks every line of the audit log. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = {
            "Checks that no line of the audit log was changed, removed, reordered, cut off or added by others.",
            "Exit code 1 and the first such line if one was. Who can read the key can forge; see docs/security.md."
        })
final class AuditVerifyCommand implements Callable<Integer> {
    private final PrintStream out;
    private final OfflineQuestion question;

    @Mixin
    private OutputOption output;

    @Option(
            names = "--since",
            paramLabel = "HEAD",
            description = "What infloop audit checkpoint printed earlier; it must still be in the log.")
    private String since;

    AuditVerifyCommand(PrintStream out, OfflineQuestion question) {
        this.out = out;
        this.question = question;
    }

    @Override
    public Integer call() throws InterruptedException {
        JsonObject answer = question.ask("audit-verify", since == null ? List.of() : List.of("--since", since.strip()));
        if (output.json()) {
            out.println(JsonText.pretty(answer));
        } else {
            print(answer);
        }
        return OfflineQuestion.exitCode(answer);
    }

    private void print(JsonObject answer) {
        if (OfflineQuestion.exitCode(answer) == 0) {
            out.println("The audit log is intact.");
        } else if (answer.get("finding") instanceof JsonObject finding) {
            Optional<String> place = JsonText.text(finding, "file")
                    .map(file -> file
                            + JsonText.text(finding, "line")
                                    .map(line -> ":" + line)
                                    .orElse("") + ": ");
            out.println(place.orElse("") + JsonText.text(finding, "message").orElse("not as it was written"));
        }
        Readable.print(withoutFinding(answer), out);
    }

    private static JsonObject withoutFinding(JsonObject answer) {
        return jakarta.json.Json.createObjectBuilder(answer).remove("finding").build();
    }
}
