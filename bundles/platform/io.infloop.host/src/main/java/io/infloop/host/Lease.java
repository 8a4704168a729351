package io.infloop.host;

import java.time.Duration;

/**
 * The right to call a contribution in the version it had when the lease was taken. The version stays usable, though a newer one may
 * serve others by now, until the lease is closed or the grace for replaced plugins is over. Close it when the call has returned.
 * Not thread-safe apart from {@link #close()}.
 *
 * @param <T> the contribution's interface
 */
public interface Lease<T> extends AutoCloseable {
    /** The contribution itself; calls run on the calling thread, without a deadline. For calls that may block for long. */
    T service();

    PluginRef plugin();

    /** True once the plugin was withdrawn although this lease is open; what runs on it should stop. */
    boolean isRevoked();

    /**
     * A short call with a deadline. Code that shipped with the distribution runs on the calling thread; any other on a thread of the
     * plugin's own small pool, which is abandoned when the call does not return in time.
     *
     * @throws PluginCallException if the call threw, did not return in time, or the plugin's threads are all stuck
     */
    <R> R call(Duration deadline, Call<T, R> call) throws PluginCallException, InterruptedException;

    @Override
    void close();

    /** A call into a plugin. */
    @FunctionalInterface
    interface Call<T, R> {
        R apply(T service) throws Exception;
    }
}
