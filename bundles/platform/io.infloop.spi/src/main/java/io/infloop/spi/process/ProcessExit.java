package io.infloop.spi.process;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a child ended.
 *
 * @param exitCode the exit status, empty when a signal ended the child
 * @param signal the number of the signal that ended it, empty otherwise
 * @param ending why it ended
 * @param stdout what it wrote to standard output, within the cap
 * @param stderr what it wrote to standard error, within the cap
 * @param duration from start to end
 * @param explanation a sentence for the error of the node when the child failed in a way that its sandbox explains
 */
public record ProcessExit(
        OptionalInt exitCode,
        OptionalInt signal,
        Ending ending,
        CapturedOutput stdout,
        CapturedOutput stderr,
        Duration duration,
        Optional<String> explanation) {
    /** An end that needs no explanation. */
    public ProcessExit(
            OptionalInt exitCode,
            OptionalInt signal,
            Ending ending,
            CapturedOutput stdout,
            CapturedOutput stderr,
            Duration duration) {
        this(exitCode, signal, ending, stdout, stderr, duration, Optional.empty());
    }

    /** Why a child ended. */
    public enum Ending {
        /** By itself. */
        EXITED,
        /** The server stopped it when its time was up. */
        TIMED_OUT,
        /** The server stopped it because its run was cancelled, or on {@link SupervisedProcess#stop()}. */
        STOPPED
    }

    /** True for exit code 0 of a child that ended by itself. */
    public boolean isSuccess() {
        return ending == Ending.EXITED && exitCode.isPresent() && exitCode.getAsInt() == 0;
    }

    public boolean timedOut() {
        return ending == Ending.TIMED_OUT;
    }
}
