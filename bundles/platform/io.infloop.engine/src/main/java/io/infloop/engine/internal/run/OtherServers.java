package io.infloop.engine.internal.run;

import io.infloop.core.instance.ServerInstance;
import io.infloop.engine.Runs.ActiveRun;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.RunRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the other servers on the same data directory have under way. Thread-safe. */
public final class OtherServers {
    private static final int MAX_ROWS = 1_000;
    private static final Optional<String> RUNNING = Optional.of("running");

    private final ServerInstance instance;
    private final RecordStore records;
    private final Recovery recovery;
    private final RecoveryRounds rounds;

    public OtherServers(ServerInstance instance, RecordStore records, Recovery recovery, RecoveryRounds rounds) {
        this.instance = instance;
        this.records = records;
        this.recovery = recovery;
        this.rounds = rounds;
    }

    /** Runs of servers that are alive, newest first. Asks the store. */
    public List<ActiveRun> living() {
        Map<String, Boolean> alive = new HashMap<>();
        return records.runs(Optional.empty(), RUNNING, Optional.empty(), MAX_ROWS).stream()
                .filter(this::isForeign)
                .filter(row -> alive.computeIfAbsent(row.instanceId(), instance::isAlive))
                .map(OtherServers::active)
                .toList();
    }

    /**
     * The runs of a workflow that keep another one from starting: those of servers that are alive, and those of dead ones whose
     * children may go on; these are then ended soon. Asks the store.
     */
    public List<ActiveRun> occupying(String workflowId) {
        return occupying(Optional.of(workflowId));
    }

    /** How many runs of each workflow keep another one from starting. Asks the store. */
    public Map<String, Integer> occupied() {
        Map<String, Integer> counts = new HashMap<>();
        occupying(Optional.empty()).forEach(run -> counts.merge(run.workflowId(), 1, Integer::sum));
        return counts;
    }

    private List<ActiveRun> occupying(Optional<String> workflowId) {
        List<ActiveRun> runs = new ArrayList<>();
        Map<String, Boolean> alive = new HashMap<>();
        for (RunRow row : records.runs(workflowId, RUNNING, Optional.empty(), MAX_ROWS)) {
            if (!isForeign(row)) {
                continue;
            }
            if (alive.computeIfAbsent(row.instanceId(), instance::isAlive)) {
                runs.add(active(row));
            } else if (!recovery.isReaped(row.instanceId())) {
                runs.add(active(row));
                rounds.soon();
            }
        }
        return runs;
    }

    private boolean isForeign(RunRow row) {
        return !row.instanceId().equals(instance.id());
    }

    private static ActiveRun active(RunRow row) {
        return new ActiveRun(row.runId(), row.workflowId(), row.correlationId(), row.startedAt());
    }
}
