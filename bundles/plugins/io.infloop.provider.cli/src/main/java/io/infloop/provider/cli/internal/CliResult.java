package io.infloop.provider.cli.internal;

import io.infloop.spi.process.ProcessExit;
import io.infloop.spi.provider.AgentResult;
import io.infloop.spi.provider.OutputParser.Parsed;
import java.time.Duration;
import java.util.Optional;

/** Decides how a run ended: by what the agent says where its format says it, by the exit code otherwise. */
final class CliResult {
    private CliResult() {}

    static AgentResult of(ProcessExit exit, AgentOutput output, Parsed parsed, Duration timeout) {
        return new AgentResult(
                parsed.text().orElseGet(output::text),
                output.transcript(),
                output.stderr(),
                exit.exitCode(),
                exit.timedOut(),
                failure(exit, output, parsed, timeout)
                        .map(text -> text
                                + exit.explanation()
                                        .map(why -> " (" + why + ")")
                                        .orElse("")),
                parsed.usage(),
                parsed.sessionId(),
                parsed.permissionDenials(),
                exit.duration());
    }

    private static Optional<String> failure(ProcessExit exit, AgentOutput output, Parsed parsed, Duration timeout) {
        return switch (exit.ending()) {
            case TIMED_OUT -> Optional.of("timed out after " + timeout.toMillis() + "ms");
            case STOPPED -> Optional.of("aborted");
            case EXITED -> {
                if (output.parserDefect().isPresent()) {
                    yield output.parserDefect();
                }
                if (parsed.failure().isPresent()) {
                    yield parsed.failure();
                }
                if (parsed.reportsOutcome()) {
                    yield parsed.outcomeSeen()
                            ? Optional.empty()
                            : Optional.of("the agent ended (" + exitText(exit) + ") without saying how its run ended");
                }
                yield exit.isSuccess() ? Optional.empty() : Optional.of("the agent ended with " + exitText(exit));
            }
        };
    }

    private static String exitText(ProcessExit exit) {
        return exit.exitCode().isPresent()
                ? "exit code " + exit.exitCode().getAsInt()
                : "signal " + exit.signal().orElse(0);
    }
}
