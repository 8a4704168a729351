package io.infloop.engine.internal.run;

import io.infloop.engine.Runs.ActiveRun;
import io.infloop.engine.internal.state.CancelReason;
import io.infloop.engine.internal.state.LiveRun;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which runs there are, and who may start another one. Thread-safe. */
public final class RunRegistry {
    /** A place that a run holds from before its row is stored until it has ended. */
    private static final class Slot {
        private final ActiveRun run;
        private Optional<LiveRun> live = Optional.empty();
        private boolean stopped;

        private Slot(ActiveRun run) {
            this.run = run;
        }
    }

    private final int maxRuns;
    private final Map<String, Slot> slots = new LinkedHashMap<>();
    private final Map<String, LiveRun> settling = new LinkedHashMap<>();
    private Optional<LiveRun> newest = Optional.empty();
    private Runnable onRelease = () -> {};
    private boolean shuttingDown;

    public RunRegistry(int maxRuns) {
        this.maxRuns = Math.max(1, maxRuns);
    }

    /** Runs {@code action} after each run that ended. */
    public synchronized void onRelease(Runnable action) {
        this.onRelease = action;
    }

    /** Takes a place, if there is one and the workflow has not used up its own. */
    public synchronized boolean reserve(ActiveRun run, int workflowMax) {
        if (shuttingDown || !mayStart(run.workflowId(), workflowMax)) {
            return false;
        }
        slots.put(run.runId(), new Slot(run));
        return true;
    }

    public synchronized boolean mayStart(String workflowId, int workflowMax) {
        long same = slots.values().stream()
                .filter(slot -> slot.run.workflowId().equals(workflowId))
                .count();
        return slots.size() < maxRuns && same < workflowMax;
    }

    public synchronized int freeSlots() {
        return Math.max(0, maxRuns - slots.size());
    }

    /** Fills a place that was reserved. A run that was stopped meanwhile is cancelled at once. */
    public void attach(LiveRun run) {
        Optional<CancelReason> cancel;
        synchronized (this) {
            Slot slot = slots.get(run.header().runId());
            slot.live = Optional.of(run);
            newest = Optional.of(run);
            cancel = shuttingDown
                    ? Optional.of(new CancelReason.ByShutdown())
                    : slot.stopped ? Optional.of(new CancelReason.ByUser()) : Optional.empty();
        }
        cancel.ifPresent(run::cancel);
    }

    /** Gives a place back. What the run came to stays known until {@link #settled}. */
    public void release(String runId) {
        Runnable action;
        synchronized (this) {
            Slot slot = slots.remove(runId);
            if (slot == null) {
                return;
            }
            slot.live.ifPresent(run -> settling.put(runId, run));
            action = onRelease;
            notifyAll();
        }
        action.run();
    }

    /** The record of a run is complete. */
    public synchronized void settled(String runId) {
        settling.remove(runId);
        notifyAll();
    }

    /** @return false if no run of that id is active */
    public boolean stop(String runId) {
        Optional<LiveRun> live;
        synchronized (this) {
            Slot slot = slots.get(runId);
            if (slot == null) {
                return false;
            }
            slot.stopped = true;
            live = slot.live;
        }
        live.ifPresent(run -> run.cancel(new CancelReason.ByUser()));
        return true;
    }

    /** Oldest first. */
    public synchronized List<ActiveRun> active() {
        return slots.values().stream().map(slot -> slot.run).toList();
    }

    /** A run that is active or not completely recorded yet. */
    public synchronized Optional<LiveRun> find(String runId) {
        Slot slot = slots.get(runId);
        return slot == null ? Optional.ofNullable(settling.get(runId)) : slot.live;
    }

    public synchronized Optional<LiveRun> newest() {
        return newest;
    }

    /** Lets nobody start any more and cancels those who have. */
    public void shutDown() {
        for (LiveRun run : shutDownAndList()) {
            run.cancel(new CancelReason.ByShutdown());
        }
    }

    private synchronized List<LiveRun> shutDownAndList() {
        shuttingDown = true;
        return live();
    }

    public synchronized boolean isShuttingDown() {
        return shuttingDown;
    }

    /** The runs under way. */
    public synchronized List<LiveRun> live() {
        List<LiveRun> runs = new ArrayList<>();
        slots.values().forEach(slot -> slot.live.ifPresent(runs::add));
        return runs;
    }

    /** Waits until every run has ended and is recorded. @return false if the time was over before */
    public synchronized boolean awaitIdle(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + millis * 1_000_000;
        while (!slots.isEmpty() || !settling.isEmpty()) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }
}
