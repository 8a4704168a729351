package io.infloop.core.internal.process;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads {@code /proc}. What cannot be read is as if it were not there: processes end at any time. */
public final class ProcFs {
    private static final Path PROC = Path.of("/proc");
    /** 52 numbers of at most 20 digits each, and a name. */
    private static final int MAX_STAT_BYTES = 2048;

    private ProcFs() {}

    /**
     * A process.
     *
     * @param startTicks when it started, in clock ticks since the machine did; with the pid this names a process for ever
     */
    public record Stat(long pid, char state, long parent, long group, long session, long startTicks) {
        boolean isDead() {
            return state == 'Z' || state == 'X';
        }
    }

    /** Empty when there is no such process. A dead one that nobody waited for yet is still there. */
    public static Optional<Stat> stat(long pid) {
        return stat(PROC, pid);
    }

    /** @param proc where the process file system is */
    public static Optional<Stat> stat(Path proc, long pid) {
        // Looking for descendants reads this of every process.
        return line(proc + "/" + pid + "/stat").flatMap(ProcFs::parse);
    }

    /** As {@link #stat(Path, long)}, but quicker for numbers that nobody has, and empty for those of single threads. */
    static Optional<Stat> process(Path proc, long pid) {
        return exists(proc, pid)
                ? stat(proc, pid).filter(stat -> line(proc + "/" + pid + "/status")
                        .filter(status -> status.contains("\nTgid:\t" + pid + "\n"))
                        .isPresent())
                : Optional.empty();
    }

    /** Whether a process or a thread has this number; a dead one that nobody waited for yet has it still. */
    static boolean exists(long pid) {
        return exists(PROC, pid);
    }

    private static boolean exists(Path proc, long pid) {
        return new File(proc.toString(), Long.toString(pid)).exists();
    }

    /** The number in a file of the kernel's settings; empty if there is none. */
    static OptionalLong number(Path file) {
        try {
            return line(file.toString()).stream()
                    .mapToLong(line -> Long.parseLong(line.strip()))
                    .findFirst();
        } catch (NumberFormatException other) {
            return OptionalLong.empty();
        }
    }

    /** The begin of a file, read with one call, whatever the size is said to be: a setting has nothing more to say to a second one. */
    private static Optional<String> line(String file) {
        try (InputStream stream = new FileInputStream(file)) {
            byte[] line = new byte[MAX_STAT_BYTES];
            int length = stream.read(line);
            return Optional.of(new String(line, 0, Math.max(0, length), StandardCharsets.ISO_8859_1));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    /** Parses a line of {@code /proc/<pid>/stat}; the program's name in it may contain anything. */
    static Optional<Stat> parse(String line) {
        int open = line.indexOf(" (");
        int close = line.lastIndexOf(") ");
        if (open < 0 || close < open) {
            return Optional.empty();
        }
        String[] fields = line.substring(close + 2).trim().split(" ", -1);
        if (fields.length < 20) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Stat(
                    Long.parseLong(line.substring(0, open)),
                    fields[0].charAt(0),
                    Long.parseLong(fields[1]),
                    Long.parseLong(fields[2]),
                    Long.parseLong(fields[3]),
                    Long.parseLong(fields[19])));
        } catch (NumberFormatException notStat) {
            return Optional.empty();
        }
    }

    /** True if that very process runs. */
    public static boolean isRunning(long pid, long startTicks) {
        return stat(pid)
                .filter(stat -> stat.startTicks() == startTicks && !stat.isDead())
                .isPresent();
    }

    static List<Stat> all() {
        return all(PROC, 0);
    }

    /** @param above those with greater numbers only */
    static List<Stat> all(Path proc, long above) {
        List<Stat> processes = new ArrayList<>();
        String[] names = proc.toFile().list();
        if (names == null) {
            return processes;
        }
        for (String name : names) {
            if (isNumber(name) && Long.parseLong(name) > above) {
                stat(proc, Long.parseLong(name)).ifPresent(processes::add);
            }
        }
        return processes;
    }

    private static boolean isNumber(String name) {
        return name.length() < 12 && name.chars().allMatch(letter -> letter >= '0' && letter <= '9');
    }

    /** A variable of the environment that the process was started with; empty when that is not readable. */
    static Optional<String> variable(long pid, String name) {
        try {
            String environment =
                    Files.readString(PROC.resolve(Long.toString(pid)).resolve("environ"), StandardCharsets.ISO_8859_1);
            String prefix = name + "=";
            for (String assignment : environment.split("\0", -1)) {
                if (assignment.startsWith(prefix)) {
                    return Optional.of(assignment.substring(prefix.length()));
                }
            }
            return Optional.empty();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /** Process numbers mean something within one of these only. */
    static String pidNamespace() {
        try {
            return Files.readSymbolicLink(PROC.resolve("self/ns/pid")).toString();
        } catch (IOException | UnsupportedOperationException unreadable) {
            return "unknown";
        }
    }

    /** Whether the process was started with this {@code NAME=value} in its environment; false when that is not readable. */
    static boolean hasVariable(long pid, String assignment) {
        try {
            String environment = "\0"
                    + Files.readString(PROC.resolve(Long.toString(pid)).resolve("environ"), StandardCharsets.ISO_8859_1)
                    + "\0";
            return environment.contains("\0" + assignment + "\0");
        } catch (IOException unreadable) {
            return false;
        }
    }

    /** Differs after each start of the machine. */
    public static String bootId() {
        try {
            return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
        } catch (IOException unreadable) {
            return "unknown";
        }
    }
}
