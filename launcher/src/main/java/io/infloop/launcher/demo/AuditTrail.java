package io.infloop.launcher.demo;

import io.infloop.launcher.exit.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The audit lines of one delivery. */
final class AuditTrail {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final List<String> CHAIN = List.of("webhook.accepted", "run.queued", "run.started", "run.finished");
    private static final int SHOWN = 150;

    private AuditTrail() {}

    /**
     * Waits until the file tells the whole story of a delivery.
     *
     * @throws CommandFailure naming the missing types
     */
    static void check(Path audit, String correlation) throws InterruptedException {
        try {
            Waiting.until(
                    LIMIT,
                    "the audit of " + correlation,
                    () -> Demo.present(missing(audit, correlation).isEmpty()));
        } catch (CommandFailure late) {
            throw new CommandFailure(
                    CommandFailure.FINDING,
                    "the audit " + audit + " has no line " + String.join(", ", missing(audit, correlation)) + " for "
                            + correlation,
                    late);
        }
    }

    /** The lines, shortened for a terminal. */
    static List<String> lines(Path audit, String correlation) {
        return raw(audit, correlation).stream()
                .map(line -> line.length() > SHOWN ? line.substring(0, SHOWN) + "…" : line)
                .toList();
    }

    private static List<String> missing(Path audit, String correlation) {
        List<String> lines = raw(audit, correlation);
        return CHAIN.stream()
                .filter(type -> lines.stream().noneMatch(line -> line.contains('"' + type + '"')))
                .toList();
    }

    private static List<String> raw(Path audit, String correlation) {
        try (Stream<String> lines = Files.lines(audit)) {
            return lines.filter(line -> line.contains(correlation)).toList();
        } catch (IOException absent) {
            return List.of();
        }
    }
}
