package io.infloop.core.internal.outbound;

import io.infloop.spi.http.HttpCallException;
import java.util.ArrayList;
import java.util.List;

/** Ends a call once, from any thread, and remembers why. */
final class CallGuard implements AutoCloseable {
    private final List<Runnable> closing = new ArrayList<>();
    private Runnable givingUp = () -> {};
    private HttpCallException reason;
    private boolean closed;

    /** @param last run when the call is over */
    CallGuard(Runnable last) {
        closing.add(last);
    }

    /** Replaces what giving up does; runs it at once when that has happened already. */
    void whenGivenUp(Runnable action) {
        synchronized (this) {
            givingUp = action;
            if (reason == null) {
                return;
            }
        }
        action.run();
    }

    void whenClosed(Runnable action) {
        synchronized (this) {
            if (!closed) {
                closing.add(action);
                return;
            }
        }
        action.run();
    }

    void giveUp(HttpCallException why) {
        Runnable action;
        synchronized (this) {
            if (closed || reason != null) {
                return;
            }
            reason = why;
            action = givingUp;
        }
        action.run();
    }

    synchronized void throwIfGivenUp() throws HttpCallException {
        if (reason != null) {
            throw new HttpCallException(reason.reason(), reason.getMessage(), reason);
        }
    }

    @Override
    public void close() {
        List<Runnable> actions;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            actions = List.copyOf(closing);
        }
        actions.forEach(Runnable::run);
    }
}
