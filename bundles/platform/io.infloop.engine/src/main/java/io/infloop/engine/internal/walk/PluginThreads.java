package io.infloop.engine.internal.walk;

import io.infloop.host.PluginRef;
import io.infloop.spi.Cancellation;
import io.infloop.spi.Registration;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls into plugins that may take as long as a node takes. Code that shipped with the distribution runs on the calling thread. Any
 * other runs on a platform thread of its own, so that one that does not come back after its cancellation can be left behind; after
 * three of them the plugin's version is not called any more. Thread-safe.
 */
public final class PluginThreads {
    private static final Logger LOG = LoggerFactory.getLogger(PluginThreads.class);
    private static final int MAX_ABANDONED = 3;

    /** How a call ended. */
    sealed interface Attempt<T> {
        record Returned<T>(T value) implements Attempt<T> {}

        record Threw<T>(Throwable cause) implements Attempt<T> {}

        /** It did not come back. */
        record Abandoned<T>(String message) implements Attempt<T> {}
    }

    private final Duration grace;
    private final Map<PluginRef, AtomicInteger> abandoned = new ConcurrentHashMap<>();

    /** @param grace how long a cancelled call has, before it is interrupted and again before it is left behind */
    public PluginThreads(Duration grace) {
        this.grace = grace;
    }

    /** @throws InterruptedException if the calling thread was interrupted; the call goes on */
    <T> Attempt<T> call(PluginRef plugin, Cancellation cancellation, Callable<T> call) throws InterruptedException {
        return plugin.shipped() ? inline(call) : apart(plugin, cancellation, call);
    }

    // Everything is caught: what a plugin throws, even an Error of its own making, is the failure of that one call.
    @SuppressWarnings("CatchAndPrintStackTrace")
    private static <T> Attempt<T> inline(Callable<T> call) {
        try {
            return new Attempt.Returned<>(call.call());
        } catch (Throwable thrown) {
            return new Attempt.Threw<>(thrown);
        }
    }

    private <T> Attempt<T> apart(PluginRef plugin, Cancellation cancellation, Callable<T> call)
            throws InterruptedException {
        AtomicInteger stuck = abandoned.computeIfAbsent(plugin, key -> new AtomicInteger());
        if (stuck.get() >= MAX_ABANDONED) {
            return new Attempt.Threw<>(
                    new IllegalStateException("plugin " + plugin.id() + " " + plugin.version() + " is off: "
                            + MAX_ABANDONED + " of its calls did not return after they were cancelled; update it"));
        }
        CompletableFuture<Attempt<T>> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> result.complete(inline(call)), "infloop-plugin-" + plugin.id());
        thread.setDaemon(true);
        thread.start();
        CompletableFuture<Void> cancelled = new CompletableFuture<>();
        try (Registration registration = cancellation.onCancel(() -> cancelled.complete(null))) {
            await(CompletableFuture.anyOf(result, cancelled));
            if (comesBack(result)) {
                return await(result);
            }
            thread.interrupt();
            if (comesBack(result)) {
                return await(result);
            }
        } catch (InterruptedException interrupted) {
            thread.interrupt();
            throw interrupted;
        }
        int count = stuck.incrementAndGet();
        String message = "plugin " + plugin.id() + " " + plugin.version() + " did not return within "
                + grace.multipliedBy(2).toMillis() + " ms after it was cancelled; its thread was left behind";
        LOG.error("{} ({} of {} before the plugin is off)", message, count, MAX_ABANDONED);
        return new Attempt.Abandoned<>(message);
    }

    private boolean comesBack(CompletableFuture<?> result) throws InterruptedException {
        try {
            result.get(grace.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException late) {
            return false;
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static <T> T await(CompletableFuture<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
