package io.infloop.core.internal.process;

import io.infloop.core.internal.process.ProcFs.Stat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The processes that started after a certain one. The kernel gives numbers in turn, so right after the end of a short child these are
 * few or none, and looking at them costs a small part of looking at every process of the machine.
 *
 * <p>Nobody but an administrator of the process namespace can choose the number of a process; that one can hide from any search.
 */
final class Newcomers {
    /** More processes and threads than a machine starts that has so few numbers that it matters. */
    private static final long MOST_STARTS_PER_SECOND = 200_000;

    /** Numbers below it are not given again. */
    private static final long FIRST_AGAIN = 300;

    /** If there are more, those in use are listed. */
    private static final long MOST_SINGLE = 64;

    private static final Path PROC = Path.of("/proc");

    private final Path proc;

    Newcomers() {
        this(PROC);
    }

    /** @param proc where the process file system is */
    Newcomers(Path proc) {
        this.proc = proc;
    }

    /**
     * The processes that may have started after that one; all those of the machine if that cannot be told.
     *
     * @param root its number
     * @param startedAt a moment of {@link System#nanoTime()} before it was started
     */
    List<Stat> since(long root, long startedAt) {
        OptionalLong last = lastGiven();
        OptionalLong limit = ProcFs.number(proc.resolve("sys/kernel/pid_max"));
        // Numbers begin again at their limit; only then has a newcomer one below the root's.
        if (last.isEmpty()
                || limit.isEmpty()
                || last.getAsLong() < root
                || limit.getAsLong() <= root
                || areAllGivenSince(startedAt, limit.getAsLong())) {
            return ProcFs.all(proc, 0);
        }
        List<Stat> found = after(root, last.getAsLong());
        return areAllGivenSince(startedAt, limit.getAsLong()) ? ProcFs.all(proc, 0) : found;
    }

    /**
     * Those with greater numbers. Looks until nobody has come meanwhile: whoever is there at the end was there while its number was
     * looked at.
     */
    private List<Stat> after(long root, long last) {
        List<Stat> found = new ArrayList<>();
        long looked = root;
        long end = last;
        while (looked < end) {
            if (end - root > MOST_SINGLE) {
                return ProcFs.all(proc, root);
            }
            for (long pid = looked + 1; pid <= end; pid++) {
                ProcFs.process(proc, pid).ifPresent(found::add);
            }
            looked = end;
            end = lastGiven().orElse(Long.MAX_VALUE);
        }
        return end < looked ? ProcFs.all(proc, 0) : found;
    }

    /** Whether the time was long enough for the numbers to begin again and to come past the root's. */
    private static boolean areAllGivenSince(long startedAt, long limit) {
        double seconds = (System.nanoTime() - startedAt) / 1e9;
        return seconds * MOST_STARTS_PER_SECOND >= limit - FIRST_AGAIN;
    }

    /** Read here and not in {@code loadavg}, which some containers replace by one of another process namespace. */
    private OptionalLong lastGiven() {
        return ProcFs.number(proc.resolve("sys/kernel/ns_last_pid"));
    }
}
