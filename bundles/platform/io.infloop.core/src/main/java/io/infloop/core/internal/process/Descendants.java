package io.infloop.core.internal.process;

import io.infloop.core.internal.process.ProcFs.Stat;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything that a child started, as far as it can be found: its session, its group, the children of all these, and whoever carries
 * its mark in the environment. Best effort: a process that leaves its session, clears its environment and loses its parent is not
 * found any more once its parent is gone.
 */
final class Descendants {
    private final long root;
    private final long rootStartTicks;
    private final String markAssignment;
    /** By pid; grows with each look. */
    private final Map<Long, Stat> found = new LinkedHashMap<>();

    /**
     * @param rootStartTicks when the child started: nothing older can come from it
     * @param markAssignment {@code NAME=value}
     */
    Descendants(long root, long rootStartTicks, String markAssignment) {
        this.root = root;
        this.rootStartTicks = rootStartTicks;
        this.markAssignment = markAssignment;
    }

    /**
     * Looks again.
     *
     * @param trustRoot whether the root's number still means the child: false once it may have been given to another process
     * @return those alive now, without the root
     */
    List<Stat> look(boolean trustRoot) {
        List<Stat> processes = ProcFs.all().stream()
                .filter(process -> process.startTicks() >= rootStartTicks)
                .toList();
        Set<Long> known = new HashSet<>();
        long self = ProcessHandle.current().pid();
        if (trustRoot) {
            known.add(root);
        }
        for (Stat process : processes) {
            Stat before = found.get(process.pid());
            if (before != null && before.startTicks() == process.startTicks()) {
                known.add(process.pid());
            }
        }
        boolean grew = true;
        while (grew) {
            grew = false;
            for (Stat process : processes) {
                if (process.pid() != self
                        && process.pid() != 1
                        && !known.contains(process.pid())
                        && (known.contains(process.parent())
                                || (trustRoot && (process.session() == root || process.group() == root)))) {
                    known.add(process.pid());
                    grew = true;
                }
            }
            if (!grew) {
                grew = addMarked(processes, known, self);
            }
        }
        List<Stat> alive = processes.stream()
                .filter(process -> known.contains(process.pid()) && process.pid() != root && !process.isDead())
                .toList();
        alive.forEach(process -> found.put(process.pid(), process));
        return alive;
    }

    private boolean addMarked(List<Stat> processes, Set<Long> known, long self) {
        boolean grew = false;
        for (Stat process : processes) {
            if (!known.contains(process.pid())
                    && process.pid() != self
                    && !process.isDead()
                    && ProcFs.hasVariable(process.pid(), markAssignment)) {
                known.add(process.pid());
                grew = true;
            }
        }
        return grew;
    }
}
