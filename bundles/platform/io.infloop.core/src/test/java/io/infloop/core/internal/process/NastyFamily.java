package io.infloop.core.internal.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Processes that try to outlive the child that starts them. They are recognised by the number of seconds they sleep, as their process
 * numbers mean something inside of their namespace only.
 */
final class NastyFamily {
    private final String number = Long.toString(ThreadLocalRandom.current().nextLong(100_000_000L, 999_999_999L));

    /** Unique, and a time to sleep. */
    String number() {
        return number;
    }

    /** Four: in the child's group, in a session, forked twice, and without environment; {@code complete} exists when all live. */
    String script() {
        return """
                trap '' TERM HUP
                (trap '' TERM HUP; exec sleep NUMBER) &
                setsid sh -c 'trap "" TERM HUP; : > session; exec sleep NUMBER' &
                setsid sh -c 'trap "" TERM HUP; (sh -c ": > forked; exec sleep NUMBER" &) ; exit 0' &
                setsid env -i sh -c 'trap "" TERM HUP; : > bare; exec /bin/sleep NUMBER' &
                while [ "$(grep -lsaz '^NUMBER$' /proc/[0-9]*/cmdline | xargs -r grep -lsaz '^[a-z/]*sleep$' | wc -l)" -lt 4 ]; do sleep 0.05; done
                : > complete
                """
                .replace("NUMBER", number);
    }

    /** The numbers of those that live, as this process sees them. */
    List<Long> alive() {
        return ProcFs.all().stream()
                .filter(process -> !process.isDead() && isMember(process.pid()))
                .map(ProcFs.Stat::pid)
                .toList();
    }

    /** Ends what a test has left. */
    void end() {
        alive().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    private boolean isMember(long pid) {
        try {
            List<String> words = List.of(
                    Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"), StandardCharsets.ISO_8859_1)
                            .split("\0", -1));
            return words.get(0).endsWith("sleep") && words.contains(number);
        } catch (IOException gone) {
            return false;
        }
    }
}
