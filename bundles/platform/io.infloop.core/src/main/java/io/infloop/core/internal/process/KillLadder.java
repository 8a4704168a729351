package io.infloop.core.internal.process;

import io.infloop.core.internal.process.ProcFs.Stat;
import io.infloop.core.internal.sandbox.Confinement;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stops a child with everything it started: softly, after a grace by force, then it looks whether they are really gone. */
final class KillLadder {
    /** Between the soft signal and KILL. */
    static final long GRACE_MILLIS = 2000;

    private static final Logger LOGGER = LoggerFactory.getLogger(KillLadder.class);
    private static final long AFTER_INT_MILLIS = 500;
    private static final int ROUNDS = 60;
    private static final int QUICK_ROUNDS = 10;
    private static final int KILLED = 128 + Signals.KILL;

    private final Signals signals;

    KillLadder(Signals signals) {
        this.signals = signals;
    }

    /**
     * Blocks until they are dead, or until it is certain that they do not die.
     *
     * @param confinement how the child was started
     */
    void stop(Process child, Descendants descendants, boolean interruptFirst, Confinement confinement)
            throws InterruptedException {
        boolean keeper = confinement.hasKeeper();
        ProcessHandle leader = child.toHandle();
        // Before any signal: tools of agents open their own sessions, and their parents forget them when they die.
        descendants.look(leader.isAlive());
        OptionalLong kept = keeper ? descendants.firstSession() : OptionalLong.empty();
        // A keeper without anything inside has not started its child yet and gets no grace.
        if (!keeper || kept.isPresent()) {
            signal(leader, kept, interruptFirst ? Signals.INT : Signals.TERM);
            if (!awaitEnd(leader, GRACE_MILLIS) && interruptFirst) {
                signal(leader, kept, Signals.TERM);
                awaitEnd(leader, AFTER_INT_MILLIS);
            }
        }
        if (leader.isAlive()) {
            descendants.look(true);
            // The keeper's group holds the first process inside: with it the kernel ends all others.
            signals.toGroup(leader, Signals.KILL);
            leader.destroyForcibly();
            awaitEnd(leader, GRACE_MILLIS);
        }
        if (!leftNothing(child, confinement)) {
            killLeft(leader, descendants);
        }
    }

    /** Whether the end of a keeper proves that everything is gone: it waits for that unless it is killed itself. */
    static boolean leftNothing(Process child, Confinement confinement) {
        return confinement.waitsForAll() && !child.isAlive() && child.exitValue() != KILLED;
    }

    private void signal(ProcessHandle leader, OptionalLong kept, int signal) {
        if (kept.isPresent()) {
            signals.toGroup(kept.getAsLong(), signal);
        } else {
            signals.toGroup(leader, signal);
        }
    }

    /** Kills what is left after the child itself has ended. */
    void killLeft(ProcessHandle leader, Descendants descendants) throws InterruptedException {
        // Nobody can get the child's number while its group or session lives; a process of that number is another one.
        boolean trust = !ProcFs.exists(leader.pid());
        List<Stat> left = descendants.look(trust);
        for (int round = 0; round < ROUNDS && !left.isEmpty(); round++) {
            left.forEach(signals::kill);
            // Most are dying already, as what is left of a namespace.
            pause(round < QUICK_ROUNDS ? 100 : round < 2 * QUICK_ROUNDS ? 2000 : 20_000);
            left = descendants.look(trust && !ProcFs.exists(leader.pid()));
        }
        if (!left.isEmpty()) {
            LOGGER.warn("{} processes started by child {} could not be killed", left.size(), leader.pid());
        }
    }

    private static void pause(long micros) throws InterruptedException {
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(micros));
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private static boolean awaitEnd(ProcessHandle leader, long millis) throws InterruptedException {
        try {
            leader.onExit().get(millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException alive) {
            return false;
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
