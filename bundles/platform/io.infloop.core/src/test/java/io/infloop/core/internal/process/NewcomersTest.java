package io.infloop.core.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.internal.process.ProcFs.Stat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewcomersTest {
    @TempDir
    Path proc;

    @BeforeEach
    void machine() throws IOException {
        Files.createDirectories(proc.resolve("sys/kernel"));
        set("pid_max", "32768\n");
        set("ns_last_pid", "1003\n");
        Files.createDirectories(proc.resolve("self"));
        for (long pid : new long[] {1, 999, 1000, 1001, 1003}) {
            process(pid);
        }
    }

    @Test
    void areThoseWithGreaterNumbers() {
        assertThat(since(1000)).containsExactlyInAnyOrder(1001L, 1003L);
    }

    @Test
    void areProcessesNotThreads() throws IOException {
        Files.writeString(proc.resolve("1001/status"), "Name:\ta\nTgid:\t999\nPid:\t1001\n");

        assertThat(since(1000)).containsExactly(1003L);
    }

    @Test
    void areListedWhereThereAreMany() throws IOException {
        set("ns_last_pid", "30000\n");
        process(29_999);

        assertThat(since(1000)).containsExactlyInAnyOrder(1001L, 1003L, 29_999L);
    }

    @Test
    void areNobodyAfterTheLast() {
        assertThat(since(1003)).isEmpty();
    }

    @Test
    void areEverybodyWhenTheNumbersBeganAgain() throws IOException {
        set("ns_last_pid", "400\n");

        assertThat(since(1000)).contains(1L, 999L);
    }

    @Test
    void areEverybodyWhenTheNumbersMayHaveComePastTheFirstAgain() {
        long longAgo = System.nanoTime() - TimeUnit.SECONDS.toNanos(1);

        assertThat(pids(new Newcomers(proc).since(1000, longAgo))).contains(1L, 999L);
    }

    @Test
    void areStillFewAfterALongTimeWhereThereAreManyNumbers() throws IOException {
        set("pid_max", "4194304\n");
        long longAgo = System.nanoTime() - TimeUnit.SECONDS.toNanos(1);

        assertThat(pids(new Newcomers(proc).since(1000, longAgo))).containsExactlyInAnyOrder(1001L, 1003L);
    }

    @Test
    void areEverybodyWhenTheKernelDoesNotTell() throws IOException {
        Files.delete(proc.resolve("sys/kernel/ns_last_pid"));
        assertThat(since(1000)).contains(1L, 999L);

        set("ns_last_pid", "1003\n");
        Files.delete(proc.resolve("sys/kernel/pid_max"));
        assertThat(since(1000)).contains(1L, 999L);

        set("pid_max", "a lot\n");
        assertThat(since(1000)).contains(1L, 999L);
    }

    /** The kernel gives such a number at one read and nothing at the next. */
    @Test
    void theNumbersOfThisMachineAreReadWhole() throws IOException {
        Path own = Path.of("/proc/sys/kernel/pid_max");
        if (Files.exists(own)) {
            assertThat(ProcFs.number(own).orElseThrow()).isGreaterThanOrEqualTo(301);
        }
    }

    private List<Long> since(long root) {
        return pids(new Newcomers(proc).since(root, System.nanoTime()));
    }

    private static List<Long> pids(List<Stat> processes) {
        return processes.stream().map(Stat::pid).toList();
    }

    private void set(String name, String value) throws IOException {
        Files.writeString(proc.resolve("sys/kernel").resolve(name), value);
    }

    private void process(long pid) throws IOException {
        Path directory = Files.createDirectories(proc.resolve(Long.toString(pid)));
        Files.writeString(directory.resolve("status"), "Name:\ta\nTgid:\t" + pid + "\nPid:\t" + pid + "\n");
        Files.writeString(
                directory.resolve("stat"),
                pid + " (a) S 1 " + pid + " " + pid + " 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5000 0 0\n");
    }
}
