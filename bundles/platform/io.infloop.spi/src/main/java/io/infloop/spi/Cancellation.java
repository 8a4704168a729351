package io.infloop.spi;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Tells running code that its result is no longer wanted: the run was stopped, a sibling branch won, a budget tripped or the
 * server shuts down. Cancellation happens at most once and is never taken back. Implementations are thread-safe.
 */
@ProviderType
public interface Cancellation {
    /** Never cancelled; for tests and for work that nobody can stop. */
    Cancellation NEVER = new Cancellation() {
        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public Registration onCancel(Runnable action) {
            return () -> {};
        }
    };

    /** Does not block. */
    boolean isCancelled();

    /**
     * Runs {@code action} once when cancelled, on the cancelling thread, or at once on the calling thread when that has already
     * happened. The action must be quick and must not throw.
     *
     * @return close it as soon as the action is no longer needed
     */
    Registration onCancel(Runnable action);
}
