package io.infloop.engine.internal.state;

import io.infloop.engine.internal.graph.Graph;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.RunInfo;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One run from its start to its end: the single owner of what changes while it goes on. Thread-safe. */
public final class LiveRun {
    /** Iterations shown per run; a run with more loops than this shows the first ones. */
    private static final int MAX_SHOWN = 1_000;

    /**
     * How a run ended.
     *
     * @param status {@code succeeded}, {@code failed} or {@code cancelled}
     * @param durationMs measured, not the difference of two times of day
     */
    public record Ending(String status, Optional<String> errorMessage, long finishedAt, long durationMs) {}

    /**
     * What a walk came to.
     *
     * @param exceptional whether the message is news to those who watch, as an error of the run
     */
    public record WalkEnd(String status, Optional<String> message, boolean exceptional) {
        public static final WalkEnd SUCCEEDED = new WalkEnd("succeeded", Optional.empty(), false);
        public static final WalkEnd CANCELLED = new WalkEnd("cancelled", Optional.empty(), false);
        /** The workflow says itself that this is a failure. */
        public static final WalkEnd FAILED_BY_DESIGN =
                new WalkEnd("failed", Optional.of("the run reached an end node whose outcome is failed"), false);

        public static WalkEnd failed(String message) {
            return new WalkEnd("failed", Optional.of(message), true);
        }
    }

    private final RunHeader header;
    private final Graph graph;
    private final RunBudget budget;
    private final RunEvents events;
    private final Scope scope;
    private final CancellationSource cancellation = new CancellationSource();
    private final Map<String, Integer> iterations = new LinkedHashMap<>();
    private final Set<String> activeNodes = new LinkedHashSet<>();
    private Optional<String> currentNode = Optional.empty();
    private Optional<CancelReason> cancelReason = Optional.empty();
    private Optional<Ending> ending = Optional.empty();
    private List<JsonObject> worktrees = List.of();
    private long changes;

    public LiveRun(RunHeader header, Graph graph, RunBudget budget, RunEvents events, Scope scope) {
        this.header = header;
        this.graph = graph;
        this.budget = budget;
        this.events = events;
        this.scope = scope;
    }

    public RunHeader header() {
        return header;
    }

    public RunInfo info() {
        return new RunInfo(
                header.runId(), header.workflowId(), header.correlationId(), Instant.ofEpochMilli(header.startedAt()));
    }

    public Graph graph() {
        return graph;
    }

    public RunBudget budget() {
        return budget;
    }

    public RunEvents events() {
        return events;
    }

    public Scope scope() {
        return scope;
    }

    public CancellationSource cancellation() {
        return cancellation;
    }

    /** Cancels the run; the first reason counts. Does nothing for a run that has ended. */
    public void cancel(CancelReason reason) {
        synchronized (this) {
            if (cancelReason.isPresent() || ending.isPresent()) {
                return;
            }
            cancelReason = Optional.of(reason);
        }
        cancellation.cancel();
    }

    public synchronized Optional<CancelReason> cancelReason() {
        return cancelReason;
    }

    /** What has become of its worktrees, for its record. */
    public synchronized void worktrees(List<JsonObject> settled) {
        worktrees = List.copyOf(settled);
    }

    private synchronized List<JsonObject> worktrees() {
        return worktrees;
    }

    public synchronized void nodeStarted(String nodePath) {
        currentNode = Optional.of(nodePath);
        changes++;
        activeNodes.add(nodePath);
    }

    public synchronized void nodeFinished(String nodePath) {
        activeNodes.remove(nodePath);
        changes++;
    }

    public synchronized void iterationStarted(String nodePath, int iteration) {
        if (iterations.size() < MAX_SHOWN || iterations.containsKey(nodePath)) {
            iterations.put(nodePath, iteration);
            changes++;
        }
    }

    /**
     * Ends the run unless that has happened already. A run that was cancelled ends as cancelled, or failed for a budget, whatever
     * its walk came to.
     *
     * @return false if it had ended
     */
    public boolean end(WalkEnd walk, long finishedAt) {
        return events.atomically(() -> endNow(walk, finishedAt));
    }

    private boolean endNow(WalkEnd walk, long finishedAt) {
        Ending end;
        boolean exceptional;
        synchronized (this) {
            if (ending.isPresent()) {
                return false;
            }
            end = new Ending(
                    cancelReason.map(CancelReason::status).orElse(walk.status()),
                    cancelReason.map(CancelReason::message).or(walk::message).map(events::redacted),
                    finishedAt,
                    budget.elapsedMillis());
            exceptional = cancelReason.isPresent() || walk.exceptional();
            ending = Optional.of(end);
            activeNodes.clear();
            changes++;
        }
        if (end.status().equals("failed") && exceptional) {
            events.emit("error", JsonObject.of("message", end.errorMessage().orElse("failed")));
        }
        JsonObject.Builder fields = JsonObject.builder()
                .put("status", end.status())
                .putAll(header.origin())
                .put("finishedAt", finishedAt)
                .put("durationMs", end.durationMs())
                .putIfPresent("errorMessage", end.errorMessage());
        budget.costUsd().ifPresent(cost -> fields.put("costUsd", cost));
        if (!worktrees().isEmpty()) {
            fields.put("worktrees", worktrees());
        }
        events.finish(
                "run_finished",
                fields.put("nodeExecutions", budget.executions())
                        .put("scope", Bounds.object(scope.values(), Bounds.EVENT_TEXT))
                        .build());
        return true;
    }

    public synchronized Optional<Ending> ending() {
        return ending;
    }

    /**
     * The state of the run with its last events, both of the same moment.
     *
     * @param maxBytes of the events; {@code eventsTruncated} says that there were more
     */
    public JsonObject stateWithEvents(int maxBytes) {
        return events.atomically(() -> {
            RunEvents.Recent recent = events.recent(maxBytes);
            JsonObject.Builder state = state().toBuilder().put("events", recent.events());
            if (recent.truncated()) {
                state.put("eventsTruncated", true);
            }
            return state.build();
        });
    }

    /** Grows with whatever the state or the events show. */
    public long version() {
        return events.atomically(() -> events.count() + changes());
    }

    private synchronized long changes() {
        return changes + budget.changes();
    }

    /** The state of the run, without events. */
    public synchronized JsonObject state() {
        JsonObject.Builder state = JsonObject.builder()
                .put("status", ending.map(Ending::status).orElse("running"))
                .put("runId", header.runId())
                .put("workflowId", header.workflowId())
                .put("workflowName", header.workflowName())
                .putIfPresent("currentNodeId", currentNode)
                .put("activeNodeIds", activeNodes)
                .put("iterationByLoopId", iterations)
                .put("scope", scope.values())
                .put("startedAt", header.startedAt())
                .putIfPresent("finishedAt", ending.map(Ending::finishedAt))
                .putIfPresent("errorMessage", ending.flatMap(Ending::errorMessage))
                .put("correlationId", header.correlationId())
                .put("costUsd", budget.costUsd().orElse(0))
                .put("nodeExecutions", budget.executions())
                .put("source", header.source())
                .putIfPresent("triggerId", header.maskedTriggerId())
                .putIfPresent("queueId", header.queueId())
                .putIfPresent("durationMs", ending.map(Ending::durationMs));
        // A run that has ended but is not recorded yet shows what its record will.
        if (!worktrees.isEmpty()) {
            state.put("worktrees", worktrees);
        }
        return events.redacted(state.build());
    }
}
