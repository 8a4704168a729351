package io.infloop.launcher.boot;

import jakarta.json.Json;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process, told apart from a later one with the same number.
 *
 * @param startTicks when it started, in clock ticks since the machine did
 * @param bootId which start of the machine
 */
public record ProcessIdentity(long pid, long startTicks, String bootId) {
    private static final int START_TICKS_AFTER_NAME = 19;

    /** This process. */
    public static ProcessIdentity current() throws IOException {
        long pid = ProcessHandle.current().pid();
        return new ProcessIdentity(pid, startTicks(pid).orElse(0L), machineBootId());
    }

    /** Reads the members {@code pid}, {@code startTicks} and {@code bootId}. */
    public static Optional<ProcessIdentity> from(JsonObject json) {
        if (json.get("pid") instanceof JsonNumber pid
                && json.get("startTicks") instanceof JsonNumber startTicks
                && json.get("bootId") instanceof JsonString bootId) {
            return Optional.of(new ProcessIdentity(pid.longValue(), startTicks.longValue(), bootId.getString()));
        }
        return Optional.empty();
    }

    public JsonObject toJson() {
        return Json.createObjectBuilder()
                .add("pid", pid)
                .add("startTicks", startTicks)
                .add("bootId", bootId)
                .build();
    }

    /** Whether this very process runs now. Reads the file system. */
    public boolean isAlive() {
        try {
            return bootId.equals(machineBootId())
                    && startTicks(pid).filter(ticks -> ticks == startTicks).isPresent();
        } catch (IOException unknown) {
            return false;
        }
    }

    /** Empty when there is no such process. */
    private static Optional<Long> startTicks(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
            // The name is in parentheses and may contain anything, also parentheses.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Optional.of(Long.parseLong(fields[START_TICKS_AFTER_NAME]));
        } catch (IOException | RuntimeException gone) {
            return Optional.empty();
        }
    }

    private static String machineBootId() throws IOException {
        return Files.readString(Path.of("/proc/sys/kernel/random/boot_id"), StandardCharsets.ISO_8859_1)
                .strip();
    }
}
