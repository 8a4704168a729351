package io.infloop.core.internal.process;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.internal.process.ProcFs.Stat;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stops what dead servers left running. Children of living servers are never touched. */
public final class OrphanReaper {
    private static final Logger LOGGER = LoggerFactory.getLogger(OrphanReaper.class);
    private static final long GRACE_MILLIS = 500;
    private static final int ROUNDS = 50;

    private final PidFiles pidFiles;
    private final RunMarks marks;
    private final Signals signals;
    private final AuditLog audit;

    public OrphanReaper(PidFiles pidFiles, Wrappers wrappers, AuditLog audit) {
        this.pidFiles = pidFiles;
        this.marks = pidFiles.marks();
        this.signals = new Signals(wrappers.kill());
        this.audit = audit;
    }

    /**
     * Blocks until they are gone; a second caller waits for the first.
     *
     * @return how many were ended
     */
    public synchronized int reap() throws InterruptedException {
        return reapRecorded() + reapMarked();
    }

    private int reapRecorded() throws InterruptedException {
        List<Orphan> orphans = new ArrayList<>();
        for (PidFiles.Entry entry : pidFiles.all()) {
            if (entry.isServerAlive()) {
                continue;
            }
            Orphan orphan = new Orphan(entry);
            if (entry.bootId().equals(ProcFs.bootId()) && orphan.isAlive()) {
                orphans.add(orphan);
            } else {
                delete(entry);
            }
        }
        if (orphans.isEmpty()) {
            return 0;
        }
        orphans.forEach(Orphan::terminate);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GRACE_MILLIS);
        while (System.nanoTime() < end && orphans.stream().anyMatch(Orphan::isAlive)) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        for (Orphan orphan : orphans) {
            orphan.kill();
            delete(orphan.entry);
            audit.append(AuditEvent.of("process.reaped", Actor.SYSTEM)
                    .with("runId", orphan.entry.runId())
                    .with("pid", orphan.entry.pid())
                    .with("reason", "its server died"));
            LOGGER.info("stopped child {} of a server that died", orphan.entry.pid());
        }
        return orphans.size();
    }

    /** Those whose server died between their start and their pid file; everything recorded is gone by now. */
    private int reapMarked() throws InterruptedException {
        Map<Stat, String> found = marked();
        if (found.isEmpty()) {
            return 0;
        }
        Map<String, Stat> first = new TreeMap<>();
        found.forEach((process, mark) ->
                first.merge(mark, process, (one, other) -> one.startTicks() <= other.startTicks() ? one : other));
        found.keySet().forEach(signals::terminate);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GRACE_MILLIS);
        while (System.nanoTime() < end && !marked().isEmpty()) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        Map<Stat, String> left = marked();
        for (int round = 0; round < ROUNDS && !left.isEmpty(); round++) {
            left.keySet().forEach(signals::kill);
            TimeUnit.MILLISECONDS.sleep(round < 5 ? 2 : 20);
            left = marked();
        }
        if (!left.isEmpty()) {
            LOGGER.warn("{} processes of a server that died could not be killed", left.size());
        }
        first.values().forEach(process -> {
            audit.append(AuditEvent.of("process.reaped", Actor.SYSTEM)
                    .with("pid", process.pid())
                    .with("reason", "its server died before it was recorded"));
            LOGGER.info("stopped child {} of a server that died before it was recorded", process.pid());
        });
        return first.size();
    }

    /** By process the mark of a dead server of this data directory. */
    private Map<Stat, String> marked() {
        Map<Stat, String> found = new LinkedHashMap<>();
        long self = ProcessHandle.current().pid();
        for (Stat process : ProcFs.all()) {
            if (process.pid() != self && process.pid() != 1 && !process.isDead()) {
                ProcFs.variable(process.pid(), ChildSupervisor.MARK)
                        .filter(marks::isOfDeadServer)
                        .ifPresent(mark -> found.put(process, mark));
            }
        }
        return found;
    }

    private static void delete(PidFiles.Entry entry) {
        try {
            Files.deleteIfExists(entry.file());
        } catch (IOException notRemoved) {
            LOGGER.warn("{} could not be removed: {}", entry.file(), notRemoved.getMessage());
        }
    }

    private final class Orphan {
        private final PidFiles.Entry entry;
        private final Descendants descendants;

        Orphan(PidFiles.Entry entry) {
            this.entry = entry;
            this.descendants = new Descendants(
                    entry.pid(),
                    entry.startTicks(),
                    ChildSupervisor.MARK + "=" + (entry.mark().isEmpty() ? "?" : entry.mark()),
                    OptionalLong.empty());
        }

        boolean isAlive() {
            return isLeaderAlive() || !descendants.look(isLeaderAlive()).isEmpty();
        }

        private boolean isLeaderAlive() {
            return ProcFs.isRunning(entry.pid(), entry.startTicks());
        }

        private Optional<Stat> leader() {
            return ProcFs.stat(entry.pid()).filter(stat -> stat.startTicks() == entry.startTicks() && !stat.isDead());
        }

        void terminate() {
            descendants.look(isLeaderAlive());
            if (isLeaderAlive()) {
                signals.toGroup(entry.pid(), Signals.TERM);
            }
            leader().ifPresent(signals::terminate);
        }

        void kill() throws InterruptedException {
            for (int round = 0; round < ROUNDS && isAlive(); round++) {
                leader().ifPresent(signals::kill);
                descendants.look(isLeaderAlive()).forEach(signals::kill);
                TimeUnit.MILLISECONDS.sleep(round < 5 ? 2 : 20);
            }
            if (isAlive()) {
                LOGGER.warn("child {} of a server that died could not be killed", entry.pid());
            }
        }
    }
}
