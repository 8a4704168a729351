package io.infloop.engine.internal.run;

import io.infloop.engine.Runs.ActiveRun;
import io.infloop.engine.internal.state.LiveRun;
import io.infloop.spi.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** What everybody who watches sees first. Made once for as long as nothing happens, however many look. Thread-safe. */
final class Snapshots {
    /** Events of one snapshot, as JSON. */
    private static final int MAX_EVENT_BYTES = 1024 * 1024;

    private final RunRegistry registry;
    private final AtomicReference<Made> last =
            new AtomicReference<>(new Made(Optional.empty(), -1, List.of(), true, JsonObject.EMPTY));

    Snapshots(RunRegistry registry) {
        this.registry = registry;
    }

    private record Made(
            Optional<LiveRun> newest, long version, List<ActiveRun> active, boolean withEvents, JsonObject snapshot) {
        boolean isOf(Optional<LiveRun> run, long runVersion, List<ActiveRun> others, boolean events) {
            return newest.equals(run) && version == runVersion && active.equals(others) && (withEvents == events);
        }
    }

    /** The same object as before when nothing has happened since. */
    JsonObject take(boolean withEvents) {
        Optional<LiveRun> newest = registry.newest();
        List<ActiveRun> active = registry.active();
        // Taken first: what changes afterwards makes the next snapshot a new one.
        long version = newest.map(LiveRun::version).orElse(0L);
        Made made = last.get();
        if (made.isOf(newest, version, active, withEvents)) {
            return made.snapshot();
        }
        JsonObject snapshot = make(newest, active, withEvents);
        last.set(new Made(newest, version, active, withEvents, snapshot));
        return snapshot;
    }

    private static JsonObject make(Optional<LiveRun> newest, List<ActiveRun> active, boolean withEvents) {
        String newestId = newest.map(run -> run.header().runId()).orElse("");
        JsonObject state = newest.map(run -> withEvents ? run.stateWithEvents(MAX_EVENT_BYTES) : run.state())
                .orElseGet(() -> idle(withEvents));
        return state.toBuilder()
                .put(
                        "active",
                        active.stream()
                                .filter(run -> !run.runId().equals(newestId))
                                .map(run -> JsonObject.builder()
                                        .put("runId", run.runId())
                                        .put("workflowId", run.workflowId())
                                        .put("correlationId", run.correlationId())
                                        .put("startedAt", run.startedAt())
                                        .build())
                                .toList())
                .build();
    }

    private static JsonObject idle(boolean withEvents) {
        JsonObject.Builder idle = JsonObject.builder()
                .put("status", "idle")
                .put("iterationByLoopId", JsonObject.EMPTY)
                .put("scope", JsonObject.EMPTY)
                .put("costUsd", 0)
                .put("nodeExecutions", 0);
        if (withEvents) {
            idle.put("events", List.of());
        }
        return idle.build();
    }
}
