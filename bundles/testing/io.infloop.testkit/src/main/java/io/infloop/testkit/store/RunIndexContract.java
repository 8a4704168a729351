package io.infloop.testkit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.RunCursor;
import io.infloop.store.RecordStore.RunRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Contract of {@link RecordStore}: runs are found, listed by page and forgotten. */
public abstract class RunIndexContract extends RecordStoreSuite {
    @Test
    void recordsTheEndOfARunOnce() {
        RunRow run = Records.run("flow", Optional.empty(), 5);
        get(store.insertRun(run));
        assertThat(store.run(run.runId())).contains(run);

        get(store.finishRun(run.runId(), "failed", 9, OptionalDouble.of(0.25), Optional.of("node \"a\" failed"), 17));
        get(store.finishRun(run.runId(), "succeeded", 10, OptionalDouble.empty(), Optional.empty(), 18));

        RunRow finished = store.run(run.runId()).orElseThrow();
        assertThat(finished.status()).isEqualTo("failed");
        assertThat(finished.finishedAt()).hasValue(9);
        assertThat(finished.costUsd()).hasValue(0.25);
        assertThat(finished.errorMessage()).contains("node \"a\" failed");
        assertThat(finished.eventCount()).isEqualTo(17);
        assertThat(store.run("unknown")).isEmpty();
    }

    @Test
    void listsRunsNewestFirstByPageAndFilter() {
        List<RunRow> runs = new ArrayList<>();
        for (int count = 0; count < 20; count++) {
            RunRow run = Records.run("flow-" + count % 2, Optional.empty(), 1_000 + count);
            runs.add(0, run);
            get(store.insertRun(run));
        }
        get(store.finishRun(runs.get(3).runId(), "succeeded", 5_000, OptionalDouble.empty(), Optional.empty(), 1));

        assertThat(ids(store.runs(Optional.empty(), Optional.empty(), Optional.empty(), 5)))
                .isEqualTo(ids(runs.subList(0, 5)));
        assertThat(ids(store.runs(Optional.empty(), Optional.empty(), Optional.of(cursor(runs.get(4))), 5)))
                .isEqualTo(ids(runs.subList(5, 10)));
        assertThat(store.runs(Optional.of("flow-1"), Optional.empty(), Optional.empty(), 100))
                .hasSize(10)
                .allMatch(run -> run.workflowId().equals("flow-1"));
        assertThat(ids(store.runs(Optional.empty(), Optional.of("succeeded"), Optional.empty(), 100)))
                .containsExactly(runs.get(3).runId());
        assertThat(store.runs(Optional.empty(), Optional.of("running"), Optional.empty(), 100))
                .hasSize(19);
        assertThat(store.runs(Optional.of("flow-9"), Optional.empty(), Optional.empty(), 100))
                .isEmpty();
    }

    @Test
    void losesNoRunBetweenPagesWhenManyStartTogether() {
        List<String> started = new ArrayList<>();
        List<CompletableFuture<Void>> inserts = new ArrayList<>();
        for (int count = 0; count < 80; count++) {
            RunRow run = Records.run("flow-" + count % 2, Optional.empty(), 1_000);
            started.add(run.runId());
            inserts.add(store.insertRun(run));
        }
        inserts.forEach(RecordStoreSuite::get);

        assertThat(paged(Optional.empty(), Optional.empty())).hasSize(80).containsExactlyInAnyOrderElementsOf(started);
        assertThat(paged(Optional.of("flow-1"), Optional.of("running")))
                .hasSize(40)
                .doesNotHaveDuplicates();
    }

    @Test
    void forgetsFinishedRunsOnly() {
        RunRow running = Records.run("flow", Optional.empty(), 1);
        RunRow finished = Records.run("flow", Optional.empty(), 2);
        get(store.insertRun(running));
        get(store.insertRun(finished));
        get(store.finishRun(finished.runId(), "succeeded", 3, OptionalDouble.empty(), Optional.empty(), 1));

        get(store.deleteRun(running.runId()));
        get(store.deleteRun(finished.runId()));

        assertThat(store.run(running.runId())).isPresent();
        assertThat(store.run(finished.runId())).isEmpty();
    }

    private List<String> paged(Optional<String> workflowId, Optional<String> status) {
        List<String> seen = new ArrayList<>();
        List<RunRow> page = store.runs(workflowId, status, Optional.empty(), 5);
        while (!page.isEmpty()) {
            seen.addAll(ids(page));
            page = store.runs(workflowId, status, Optional.of(cursor(page.get(page.size() - 1))), 5);
        }
        return seen;
    }

    private static RunCursor cursor(RunRow run) {
        return new RunCursor(run.startedAt(), run.runId());
    }

    private static List<String> ids(List<RunRow> runs) {
        return runs.stream().map(RunRow::runId).toList();
    }
}
