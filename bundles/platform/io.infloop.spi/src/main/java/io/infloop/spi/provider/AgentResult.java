package io.infloop.spi.provider;

import io.infloop.spi.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How an agent run ended. Text, transcript and usage are kept apart so that a tool's echo is never taken for the agent's answer.
 *
 * @param text the model's words, the final answer where the agent marks one
 * @param transcript everything shown, tool calls and summaries included
 * @param stderr error output
 * @param exitCode of a command-line agent; empty when a signal ended it or there was no process
 * @param timedOut whether the time was up
 * @param failure why the run counts as failed, for people; empty for success. Decides, whatever the exit code says
 * @param usage what it consumed
 * @param sessionId by which the agent can continue this conversation
 * @param permissionDenials tool calls the agent was refused, as the agent reports them
 * @param duration from start to end
 */
public record AgentResult(
        String text,
        String transcript,
        String stderr,
        OptionalInt exitCode,
        boolean timedOut,
        Optional<String> failure,
        Usage usage,
        Optional<String> sessionId,
        List<JsonObject> permissionDenials,
        Duration duration) {

    public AgentResult {
        permissionDenials = List.copyOf(permissionDenials);
    }

    public boolean isSuccess() {
        return failure.isEmpty() && !timedOut;
    }

    /** A run that could not begin. */
    public static AgentResult failed(String reason) {
        return new AgentResult(
                "",
                "",
                reason,
                OptionalInt.empty(),
                false,
                Optional.of(reason),
                Usage.UNKNOWN,
                Optional.empty(),
                List.of(),
                Duration.ZERO);
    }
}
