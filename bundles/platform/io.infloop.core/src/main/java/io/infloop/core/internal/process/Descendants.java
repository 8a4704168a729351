package io.infloop.core.internal.process;

import io.infloop.core.internal.process.ProcFs.Stat;
import io.infloop.core.internal.sandbox.PidNamespaces;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Everything that a child started, as far as it can be found: its session, its group, the children of all these, and whoever carries
 * its mark in the environment. Best effort: a process that leaves its session, clears its environment and loses its parent is not
 * found any more once its parent is gone.
 */
final class Descendants {
    private final long root;
    private final long rootStartTicks;
    private final String markAssignment;
    private final OptionalLong startedAt;
    private final Newcomers newcomers = new Newcomers();
    /** By pid; grows with each look. */
    private final Map<Long, Stat> found = new LinkedHashMap<>();
    /** The process namespaces that were made for the child or by it. */
    private final Set<String> namespaces = new HashSet<>();

    /**
     * @param rootStartTicks when the child started: nothing older can come from it
     * @param markAssignment {@code NAME=value}
     * @param startedAt a moment of {@link System#nanoTime()} before it was started; empty if another server did
     */
    Descendants(long root, long rootStartTicks, String markAssignment, OptionalLong startedAt) {
        this.root = root;
        this.rootStartTicks = rootStartTicks;
        this.markAssignment = markAssignment;
        this.startedAt = startedAt;
    }

    /**
     * Looks again.
     *
     * @param trustRoot whether the root's number still means the child: false once it may have been given to another process
     * @return those alive now, without the root
     */
    List<Stat> look(boolean trustRoot) {
        List<Stat> processes = candidates().stream()
                .filter(process -> process.startTicks() >= rootStartTicks)
                .toList();
        if (processes.isEmpty()) {
            return List.of();
        }
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
                grew = addMarked(processes, known, self) || addNeighbours(processes, known);
            }
        }
        List<Stat> alive = processes.stream()
                .filter(process -> known.contains(process.pid()) && process.pid() != root && !process.isDead())
                .toList();
        alive.forEach(process -> found.put(process.pid(), process));
        return alive;
    }

    private List<Stat> candidates() {
        return startedAt.isPresent() ? newcomers.since(root, startedAt.getAsLong()) : ProcFs.all();
    }

    /**
     * The first process that has a session of its own, of those seen by the last look: nearest to the root, oldest if there are
     * several.
     */
    OptionalLong firstSession() {
        Set<Long> parents = Set.of(root);
        while (!parents.isEmpty()) {
            Set<Long> generation = parents;
            List<Stat> children = found.values().stream()
                    .filter(process -> generation.contains(process.parent()))
                    .toList();
            Optional<Stat> leader = children.stream()
                    .filter(process -> process.session() == process.pid())
                    .min(Comparator.comparingLong(Stat::startTicks).thenComparingLong(Stat::pid));
            if (leader.isPresent()) {
                return OptionalLong.of(leader.get().pid());
            }
            parents = children.stream().map(Stat::pid).collect(Collectors.toSet());
        }
        return OptionalLong.empty();
    }

    /** Whoever lives in a process namespace that one of these lives in and we do not: nobody comes into one but by being born there. */
    private boolean addNeighbours(List<Stat> processes, Set<Long> known) {
        Optional<String> own = PidNamespaces.own();
        if (own.isEmpty()) {
            return false;
        }
        known.forEach(pid -> PidNamespaces.of(pid)
                .filter(namespace -> !namespace.equals(own.get()))
                .ifPresent(namespaces::add));
        boolean grew = false;
        if (!namespaces.isEmpty()) {
            for (Stat process : processes) {
                if (!known.contains(process.pid())
                        && PidNamespaces.of(process.pid())
                                .filter(namespaces::contains)
                                .isPresent()) {
                    known.add(process.pid());
                    grew = true;
                }
            }
        }
        return grew;
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
