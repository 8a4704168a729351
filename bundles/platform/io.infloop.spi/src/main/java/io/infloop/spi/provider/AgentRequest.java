package io.infloop.spi.provider;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * What an agent is asked to do.
 *
 * @param prompt the task
 * @param workingDirectory where it works; required by command-line agents
 * @param agent name of a sub-agent, for agents that have them
 * @param profile model or profile, for agents that have them
 * @param timeout wall-clock limit; zero for none
 * @param skipPermissions whether the agent may act without asking; judges never may
 * @param mode work or judgement
 */
public record AgentRequest(
        String prompt,
        Optional<Path> workingDirectory,
        Optional<String> agent,
        Optional<String> profile,
        Duration timeout,
        boolean skipPermissions,
        Mode mode) {

    public AgentRequest {
        Objects.requireNonNull(prompt, "prompt is null");
        if (mode == Mode.JUDGE && skipPermissions) {
            throw new IllegalArgumentException("a judge never skips permissions");
        }
    }

    /** What the answer is for. */
    public enum Mode {
        WORK,
        JUDGE
    }

    public static AgentRequest of(String prompt, Path workingDirectory, Duration timeout) {
        return new AgentRequest(
                prompt, Optional.of(workingDirectory), Optional.empty(), Optional.empty(), timeout, false, Mode.WORK);
    }
}
