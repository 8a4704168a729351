package io.infloop.store.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.RecordStore.QueueState;
import io.infloop.testkit.store.Records;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueueSqlTest {
    @TempDir
    Path data;

    private LiveRecordStore store;

    @BeforeEach
    void open() {
        store = LiveRecordStore.open(
                new StoreConfig(data, data.resolve("instances/one"), "one", 100, Clock.systemUTC()));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private QueueItem enqueued() {
        QueueItem item = Records.item("flow");
        store.enqueue(Optional.empty(), item).join();
        return item;
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("store.db"));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "inputs = x'00'",
                "inputs = NULL",
                "inputs = x'7b'",
                "inputs_encoding = 1, inputs_length = 2147483647",
                "inputs_encoding = 9",
                "inputs_length = 1",
            })
    void dropsADamagedItemAndGivesTheNextOne(String damage) throws SQLException {
        QueueItem damaged = enqueued();
        QueueItem intact = enqueued();
        execute("UPDATE queue SET " + damage + " WHERE queue_id = '" + damaged.queueId() + "'");

        assertThat(store.oldest(Set.of(), 1)).containsExactly(intact);

        await().until(() -> store.history(damaged.queueId()).orElseThrow().state() == QueueState.DROPPED);
        assertThat(store.history(damaged.queueId()).orElseThrow().reason()).contains("inputs-damaged");
        assertThat(store.waitingCount()).isEqualTo(1);
        assertThat(store.waiting(damaged.queueId())).isEmpty();
    }

    private String plan(String sql) throws SQLException {
        StringBuilder plan = new StringBuilder();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("store.db"));
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("EXPLAIN QUERY PLAN " + sql)) {
            while (row.next()) {
                plan.append(row.getString("detail")).append('\n');
            }
        }
        return plan.toString();
    }

    @Test
    void readsTheIndexOnlyToSkipABusyWorkflowAndPagesOfRunsInItsOrder() throws SQLException {
        assertThat(plan(QueueSql.OLDEST
                        .replaceFirst("\\?", "0")
                        .replaceFirst("\\?", "'[]'")
                        .replaceFirst("\\?", "'[]'")
                        .replaceFirst("\\?", "1")))
                .contains("USING COVERING INDEX queue_waiting");
        String after = " (started_at, run_id) < (1, 'a') ORDER BY started_at DESC, run_id DESC LIMIT 5";
        assertThat(plan("SELECT * FROM runs WHERE" + after))
                .contains("USING INDEX runs_started")
                .doesNotContain("TEMP B-TREE");
        assertThat(plan("SELECT * FROM runs WHERE workflow_id = 'a' AND" + after))
                .contains("USING INDEX runs_workflow")
                .doesNotContain("TEMP B-TREE");
    }

    @Test
    void dropsADamagedItemThatIsLookedAt() throws SQLException {
        QueueItem damaged = enqueued();
        execute("UPDATE queue SET inputs = x'00'");

        assertThat(store.waiting(damaged.queueId())).isEmpty();

        await().until(() -> store.waitingCount() == 0);
    }
}
