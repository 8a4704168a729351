package io.infloop.store.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.settings.DeliverySettings;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupCommitWriterTest {
    @TempDir
    Path data;

    private final ExecutorService callbacks = Executors.newSingleThreadExecutor();
    private final AtomicInteger openings = new AtomicInteger();
    private final List<Boolean> changes = new CopyOnWriteArrayList<>();
    private Database database;
    private GroupCommitWriter writer;

    @BeforeEach
    void start() throws SQLException {
        database = Database.open(new StoreConfig(data, data.resolve("instances/one"), "one", 100, Clock.systemUTC()));
        writer = new GroupCommitWriter(
                () -> {
                    openings.incrementAndGet();
                    return database.openWriter();
                },
                new EnqueueBatch(new EnqueueBatch.QueueBounds(100, Long.MAX_VALUE), new Claims(1_000)),
                new Maintenance(Clock.systemUTC(), DeliverySettings.DEFAULTS),
                callbacks,
                changes::add);
        writer.start();
    }

    @AfterEach
    void stop() {
        writer.close();
        callbacks.shutdown();
        database.close();
    }

    private CompletableFuture<Integer> submit(String sql) {
        return writer.submit(new Write<>(100, session -> session.update(sql)));
    }

    private static void assertUnavailable(CompletableFuture<?> future) {
        assertThatThrownBy(future::join).cause().isInstanceOfSatisfying(InfloopException.class, refusal -> assertThat(
                        refusal.code())
                .isEqualTo(ErrorCode.STORE_UNAVAILABLE));
    }

    private CountDownLatch block() {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Object> blocking = writer.submit(new Write<>(0, session -> {
            running.countDown();
            awaitUninterruptibly(release);
            return null;
        }));
        await().until(() -> running.getCount() == 0);
        assertThat(blocking).isNotDone();
        return release;
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        await().atMost(java.time.Duration.ofMinutes(1)).until(() -> latch.getCount() == 0);
    }

    @Test
    void goesOnAfterADiskWasFullAndOpensTheDatabaseAgainAfterThreeFailures() {
        submit("CREATE TABLE fill (bytes BLOB)").join();
        limit(60);
        for (int attempt = 0; attempt < 3; attempt++) {
            assertUnavailable(submit("INSERT INTO fill VALUES (zeroblob(1000000))"));
        }

        // The new connection has no limit.
        await().ignoreExceptions()
                .until(() ->
                        submit("INSERT INTO fill VALUES (zeroblob(1000000))").join() == 1);
        assertThat(openings).hasValue(2);
        assertThat(number("SELECT count(*) FROM fill")).isEqualTo(1);
    }

    @Test
    void goesOnOnTheSameConnectionWhenThereIsRoomAgain() {
        submit("CREATE TABLE fill (bytes BLOB)").join();
        limit(60);
        assertUnavailable(submit("INSERT INTO fill VALUES (zeroblob(1000000))"));
        assertUnavailable(submit("INSERT INTO fill VALUES (zeroblob(1000000))"));
        limit(100_000);

        assertThat(submit("INSERT INTO fill VALUES (zeroblob(1000000))").join()).isEqualTo(1);
        assertThat(openings).hasValue(1);
        assertThat(number("SELECT count(*) FROM fill")).isEqualTo(1);
    }

    private void limit(int pages) {
        number("PRAGMA max_page_count=" + pages);
    }

    private long number(String sql) {
        return writer.submit(new Write<>(0, session -> session.queryNumber(sql)))
                .join();
    }

    @Test
    void saysThatOthersChangedTheQueueAlsoWhenItsOwnTransactionShowedIt() throws SQLException {
        submit("DELETE FROM leases").join();
        try (WriterSession other = database.openWriter()) {
            other.begin();
            other.update("INSERT INTO leases (name, instance_id, since) VALUES ('other', 'two', 1)");
            other.commit();
        }
        // At once: a writer that rests looks around by itself.
        submit("DELETE FROM leases").join();

        await().until(() -> changes.contains(true));
    }

    @Test
    void refusesAtOnceWhenTooMuchWaits() {
        CountDownLatch release = block();
        List<CompletableFuture<Integer>> accepted = new ArrayList<>();
        CompletableFuture<Integer> last = submit("DELETE FROM leases");
        while (!last.isDone()) {
            accepted.add(last);
            last = submit("DELETE FROM leases");
        }

        assertUnavailable(last);
        assertThat(accepted).hasSizeBetween(1_000, 20_000);
        release.countDown();
        accepted.forEach(CompletableFuture::join);
        submit("DELETE FROM leases").join();
    }

    @Test
    void refusesAtOnceWhenTheOldestWaitsTooLong() {
        CountDownLatch release = block();
        CompletableFuture<Integer> oldest = submit("DELETE FROM leases");

        await().until(() -> submit("DELETE FROM leases").isDone());

        assertThat(oldest).isNotDone();
        release.countDown();
        oldest.join();
    }

    @Test
    void survivesAnInterrupt() {
        CompletableFuture<Thread> thread = writer.submit(new Write<>(0, session -> Thread.currentThread()));
        thread.join().interrupt();

        submit("DELETE FROM leases").join();
        submit("DELETE FROM leases").join();
    }

    @Test
    void answersOnAnotherThread() {
        CompletableFuture<Thread> writing = writer.submit(new Write<>(0, session -> Thread.currentThread()));
        CountDownLatch release = block();
        CompletableFuture<Thread> answering =
                writer.submit(new Write<>(0, session -> null)).thenApply(nothing -> Thread.currentThread());
        release.countDown();

        assertThat(answering.join()).isNotEqualTo(writing.join()).isNotEqualTo(Thread.currentThread());
    }
}
