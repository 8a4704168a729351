package io.infloop.rest.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for the store, within bounds. */
final class StoreAnswers {
    private static final long WAIT_SECONDS = 30;

    private StoreAnswers() {}

    /** @throws InfloopException as the future fails, or {@code STORE_UNAVAILABLE} if it takes too long */
    static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof InfloopException known) {
                throw known;
            }
            throw new IllegalStateException("the store failed", failed.getCause());
        } catch (TimeoutException late) {
            throw new InfloopException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "the store did not answer in time; it is not known what is stored",
                    late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InfloopException(ErrorCode.SHUTTING_DOWN, "the server is stopping", interrupted);
        }
    }
}
