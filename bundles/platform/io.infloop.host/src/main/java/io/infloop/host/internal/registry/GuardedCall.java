package io.infloop.host.internal.registry;

import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.osgi.framework.Bundle;

/** One call into a plugin on one of its threads. Ends exactly once: with a result, with a failure, or by giving up on it. */
final class GuardedCall<R> implements Runnable {
    /** How a call ended. */
    sealed interface End<R> {
        record Returned<R>(R value) implements End<R> {}

        record Threw<R>(Failure failure) implements End<R> {}

        /** No thread of the plugin became free in time. */
        record NotStarted<R>() implements End<R> {}

        /** The thread did not come back in time; {@code where} is its place in the plugin's code. */
        record Abandoned<R>(Optional<String> where) implements End<R> {}
    }

    private enum State {
        QUEUED,
        RUNNING,
        OVER,
        ABANDONED
    }

    /** Is told what becomes of the thread. */
    interface Watcher {
        void abandoned();

        void cameBack();
    }

    private final Callable<R> work;
    private final Bundle plugin;
    private final Watcher watcher;
    private final CompletableFuture<End<R>> end = new CompletableFuture<>();
    private State state = State.QUEUED;
    private Thread runner;

    GuardedCall(Callable<R> work, Bundle plugin, Watcher watcher) {
        this.work = work;
        this.plugin = plugin;
        this.watcher = watcher;
    }

    CompletableFuture<End<R>> end() {
        return end;
    }

    @Override
    public void run() {
        synchronized (this) {
            if (state != State.QUEUED) {
                return;
            }
            state = State.RUNNING;
            runner = Thread.currentThread();
        }
        End<R> outcome;
        try {
            outcome = new End.Returned<>(work.call());
        } catch (Throwable thrown) {
            // Whatever a plugin throws, errors of the virtual machine included, ends with its call.
            outcome = new End.Threw<>(Failure.of(thrown, Optional.of(plugin)));
        }
        boolean inTime;
        synchronized (this) {
            inTime = state == State.RUNNING;
            state = State.OVER;
            runner = null;
            // An interrupt meant for this call must not reach the next one.
            Thread.interrupted();
        }
        if (inTime) {
            end.complete(outcome);
        } else {
            watcher.cameBack();
        }
    }

    /** Gives up on the call unless it has ended. */
    void expire() {
        End<R> outcome;
        synchronized (this) {
            if (state == State.QUEUED) {
                state = State.OVER;
                outcome = new End.NotStarted<>();
            } else if (state == State.RUNNING) {
                state = State.ABANDONED;
                outcome = new End.Abandoned<>(Failure.firstOwn(runner.getStackTrace(), plugin));
                runner.interrupt();
            } else {
                return;
            }
        }
        if (outcome instanceof End.Abandoned<R>) {
            watcher.abandoned();
        }
        end.complete(outcome);
    }
}
