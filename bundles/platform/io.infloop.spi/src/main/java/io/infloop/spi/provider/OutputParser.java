package io.infloop.spi.provider;

import io.infloop.spi.Contribution;
import io.infloop.spi.json.JsonObject;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** Reads the standard output of a command-line agent. {@link #id()} is the {@code outputFormat} of manifests. */
@ConsumerType
public interface OutputParser extends Contribution {
    /** A parser for one run, with its own state. Text and transcript go to {@code sink} as soon as they are known. */
    Session open(AgentSink sink);

    /** Parses the output of one run. Called on one thread at a time. */
    @ConsumerType
    interface Session {
        /**
         * One line as it arrived, its newline included unless it is the unterminated last one. Never throws for input that is not in
         * the format: what is not understood is passed on as transcript.
         */
        void line(String line);

        /** Called once after the last line. */
        Parsed finish();
    }

    /**
     * What the output said.
     *
     * @param text the answer; empty optional when the format marks none, the text sent to the sink is then the answer
     * @param failure why the agent itself calls the run failed
     * @param reportsOutcome whether the format says how the run ended; if so and it did not, the run failed
     * @param outcomeSeen whether that was said
     */
    record Parsed(
            Optional<String> text,
            Optional<String> failure,
            boolean reportsOutcome,
            boolean outcomeSeen,
            Usage usage,
            Optional<String> sessionId,
            List<JsonObject> permissionDenials) {
        /** A format that says nothing about the run beyond its output. */
        public static final Parsed NOTHING = new Parsed(
                Optional.empty(), Optional.empty(), false, false, Usage.UNKNOWN, Optional.empty(), List.of());
    }
}
