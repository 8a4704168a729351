package io.infloop.core.internal.audit;

import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** A line whose caller waits until it is in the file. */
final class PendingLine {
    /**
     * How often a caller lets others run before it sleeps. A write takes microseconds, which waking a thread does too; and while its
     * caller yields, others hand in lines that then go with it. Measured with eight callers on two cores: three times the lines.
     */
    private static final int YIELDS = 10;

    private enum State {
        WAITING,
        /** Its caller is to write for all who wait. */
        LEADING,
        WRITTEN,
        FAILED
    }

    /** The line behind the number, with its newline: {@code ,"type":…}⏎. */
    private final byte[] rest;

    private final Thread caller = Thread.currentThread();
    /** Written before {@link #state}, read after it. */
    private Exception failure;

    private volatile State state = State.WAITING;

    PendingLine(byte[] rest) {
        this.rest = rest;
    }

    byte[] rest() {
        return rest;
    }

    /**
     * Waits for the line to be settled; an interrupt does not shorten that and is still there afterwards.
     *
     * @return true if the caller has to lead instead
     */
    boolean awaitTurn() {
        for (int count = 0; count < YIELDS && state == State.WAITING; count++) {
            Thread.yield();
        }
        boolean interrupted = false;
        while (state == State.WAITING) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            caller.interrupt();
        }
        return state == State.LEADING;
    }

    void lead() {
        state = State.LEADING;
        LockSupport.unpark(caller);
    }

    boolean isWritten() {
        return state == State.WRITTEN;
    }

    void written() {
        state = State.WRITTEN;
    }

    /** @param reason why it is not in the file; a line that was written stays so */
    void failedUnlessWritten(Exception reason) {
        if (state != State.WRITTEN) {
            failure = reason;
            state = State.FAILED;
        }
    }

    void wake() {
        LockSupport.unpark(caller);
    }

    /** Why a settled line is not in the file. */
    Optional<Exception> failure() {
        return state == State.FAILED ? Optional.of(failure) : Optional.empty();
    }
}
