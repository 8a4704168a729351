package io.infloop.core.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.infloop.spi.Cancellation;
import io.infloop.spi.process.ProcessExit;
import io.infloop.spi.process.ProcessLauncher;
import io.infloop.spi.process.SupervisedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Children that do what agents' tools do: open sessions of their own, fork twice, ignore signals, leave their parents. */
class NastyChildTest {
    private static final String FAMILY =
            """
            trap '' TERM HUP
            (trap '' TERM HUP; echo $(exec sh -c 'echo $PPID') > same; exec sleep 300) &
            setsid sh -c 'trap "" TERM HUP; echo $$ > session; exec sleep 300' &
            setsid sh -c 'trap "" TERM HUP; (sh -c "echo \\$\\$ > forked; exec sleep 300" &) ; exit 0' &
            setsid env -i sh -c 'trap "" TERM HUP; echo $$ > bare; exec /bin/sleep 300' &
            while [ ! -s same ] || [ ! -s session ] || [ ! -s forked ] || [ ! -s bare ]; do sleep 0.02; done
            : > complete
            """;

    @TempDir
    Path data;

    private ProcessTestBed bed;
    private ProcessLauncher launcher;

    @BeforeEach
    void open() throws IOException {
        bed = new ProcessTestBed(data);
        launcher = bed.supervisor.launcherFor(bed.owner(Cancellation.NEVER));
    }

    @AfterEach
    void close() {
        bed.close();
    }

    @Test
    void theWholeFamilyDiesWhenTheChildIsStopped() throws Exception {
        SupervisedProcess process =
                launcher.start(bed.shell(FAMILY + "sleep 300").build());
        await().until(() -> Files.exists(data.resolve("complete")));
        List<Long> family = family("same", "session", "forked", "bare");
        assertThat(family).allMatch(NastyChildTest::isAlive);
        process.stop();
        process.await();

        assertThat(family).noneMatch(NastyChildTest::isAlive);
    }

    @Test
    void whatAChildLeavesBehindGoesWithIt() throws Exception {
        ProcessExit exit = launcher.run(bed.shell(FAMILY + "exit 0").build());

        assertThat(exit.isSuccess()).isTrue();
        // Without its environment and its parent nothing tells that "bare" belongs here; see the limits in the README.
        assertThat(family("same", "session", "forked")).noneMatch(NastyChildTest::isAlive);
        family("bare").forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    @Test
    void anEscapedHolderOfTheOutputDoesNotHoldUsUp() throws Exception {
        ProcessExit exit = launcher.run(bed.shell("setsid env -i sh -c 'echo $$ > bare; exec /bin/sleep 300' &\n"
                        + "while [ ! -s bare ]; do sleep 0.02; done; echo done")
                .build());

        assertThat(exit.stdout().text()).isEqualTo("done\n");
        assertThat(exit.duration()).isLessThan(Duration.ofSeconds(20));
        family("bare").forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    @Test
    void orphansOfADeadServerAreReapedAndThoseOfALivingOneAreNot() throws Exception {
        Process orphan = orphan("dead-server");
        Process foreign = orphan("living-server");
        Process reused = orphan("reused");
        record(orphan, ProcFs.stat(orphan.pid()).orElseThrow().startTicks(), "dead-server", 1);
        record(foreign, ProcFs.stat(foreign.pid()).orElseThrow().startTicks(), "living-server", 0);
        record(reused, 1, "other-mark", 1);
        Files.writeString(data.resolve("pids/77.json"), "{broken");
        for (String mark : List.of("dead-server", "living-server", "reused")) {
            Path grandchild = data.resolve("grandchild-" + mark);
            await().until(() -> Files.exists(grandchild) && Files.size(grandchild) > 0);
        }
        long grandchild = Long.parseLong(
                Files.readString(data.resolve("grandchild-dead-server")).strip());

        assertThat(bed.supervisor.reapOrphans()).isEqualTo(1);
        assertThat(bed.supervisor.reapOrphans()).isZero();

        assertThat(orphan.isAlive()).isFalse();
        assertThat(isAlive(grandchild)).isFalse();
        assertThat(foreign.isAlive()).isTrue();
        assertThat(reused.isAlive()).isTrue();
        assertThat(data.resolve("pids").resolve(orphan.pid() + ".json")).doesNotExist();
        assertThat(data.resolve("pids").resolve(reused.pid() + ".json")).doesNotExist();
        assertThat(data.resolve("pids").resolve(foreign.pid() + ".json")).exists();
        assertThat(bed.audited).singleElement().satisfies(event -> {
            assertThat(event.type()).isEqualTo("process.reaped");
            assertThat(event.fields()).containsEntry("pid", orphan.pid());
        });
        for (Process left : List.of(foreign, reused)) {
            left.descendants().forEach(ProcessHandle::destroyForcibly);
            new Signals(bed.wrappers.kill()).toGroup(left.pid(), Signals.KILL);
            left.waitFor();
        }
    }

    @Test
    void anUnrecordedOrphanIsFoundByItsMark() throws Exception {
        String living = bed.pidFiles.marks().next();
        String dead = living.replace("-" + bed.instance.startTicks() + "-", "-1-");
        String elsewhere = "0123456789abcdef" + dead.substring(16);
        List<String> marks = List.of(dead, living, elsewhere);
        List<Process> processes = new ArrayList<>();
        for (String mark : marks) {
            processes.add(orphan(mark));
        }
        for (String mark : marks) {
            Path grandchild = data.resolve("grandchild-" + mark);
            await().until(() -> Files.exists(grandchild) && Files.size(grandchild) > 0);
        }
        List<Integer> reaped = new CopyOnWriteArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int index = 0; index < 3; index++) {
            Thread thread = new Thread(() -> reaped.add(bed.supervisor.reapOrphans()));
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(reaped).containsExactlyInAnyOrder(1, 0, 0);
        assertThat(processes).map(Process::isAlive).containsExactly(false, true, true);
        assertThat(isAlive(Long.parseLong(
                        Files.readString(data.resolve("grandchild-" + dead)).strip())))
                .isFalse();
        assertThat(bed.audited).singleElement().satisfies(event -> {
            assertThat(event.type()).isEqualTo("process.reaped");
            assertThat(event.fields()).containsEntry("pid", processes.get(0).pid());
        });
        for (Process left : processes.subList(1, 3)) {
            left.descendants().forEach(ProcessHandle::destroyForcibly);
            new Signals(bed.wrappers.kill()).toGroup(left.pid(), Signals.KILL);
            left.waitFor();
        }
    }

    private Process orphan(String mark) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        "setsid",
                        "sh",
                        "-c",
                        "trap '' TERM; setsid sh -c 'echo $$ > grandchild-" + mark + "; exec sleep 300' & wait")
                .directory(data.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put(ChildSupervisor.MARK, mark);
        return builder.start();
    }

    /** @param shift 0 for this server, else for one that is dead */
    private void record(Process process, long startTicks, String mark, long shift) throws IOException {
        Files.writeString(
                data.resolve("pids").resolve(process.pid() + ".json"),
                "{\"pid\":%d,\"pgid\":%d,\"startTime\":%d,\"cmd\":\"/bin/sh\",\"mark\":\"%s\",\"serverPid\":%d,\"serverStartTime\":%d,\"bootId\":\"%s\"}"
                        .formatted(
                                process.pid(),
                                process.pid(),
                                startTicks,
                                mark,
                                bed.instance.pid(),
                                bed.instance.startTicks() + shift,
                                ProcFs.bootId()));
    }

    private List<Long> family(String... names) throws IOException {
        List<Long> pids = new ArrayList<>();
        for (String name : names) {
            pids.add(Long.parseLong(Files.readString(data.resolve(name)).strip()));
        }
        return pids;
    }

    private static boolean isAlive(long pid) {
        return ProcFs.stat(pid).filter(stat -> !stat.isDead()).isPresent();
    }
}
