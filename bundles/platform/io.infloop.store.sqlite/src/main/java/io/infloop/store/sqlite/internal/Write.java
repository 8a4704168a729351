package io.infloop.store.sqlite.internal;

import io.infloop.core.error.InfloopException;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;

/** One change that waits for the writer. It may be applied more than once; only what was committed counts. */
class Write<R> {
    /** What to do within the transaction. */
    interface Work<R> {
        R run(WriterSession session) throws SQLException;
    }

    private final CompletableFuture<R> future = new CompletableFuture<>();
    private final Work<R> work;
    private final int bytes;
    private final long submittedNanos = System.nanoTime();
    private R result;

    /** @param bytes about how much it adds to the group */
    Write(int bytes, Work<R> work) {
        this.bytes = bytes;
        this.work = work;
    }

    void apply(WriterSession session) throws SQLException {
        result = work.run(session);
    }

    void result(R value) {
        result = value;
    }

    int bytes() {
        return bytes;
    }

    long submittedNanos() {
        return submittedNanos;
    }

    CompletableFuture<R> future() {
        return future;
    }

    /** The group is on disk. */
    void complete() {
        future.complete(result);
    }

    void fail(InfloopException reason) {
        future.completeExceptionally(reason);
    }
}
