package io.infloop.core.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.infloop.core.internal.sandbox.SandboxSettings;
import io.infloop.spi.Cancellation;
import io.infloop.spi.process.ProcessExit;
import io.infloop.spi.process.SandboxLevel;
import io.infloop.spi.process.SupervisedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Children that do what agents' tools do: open sessions of their own, fork twice, ignore signals, leave their parents. */
class NastyChildTest {
    @TempDir
    Path data;

    private final NastyFamily family = new NastyFamily();
    private ProcessTestBed bed;

    /** What is started as another user is so in any case. */
    static Stream<Arguments> levels() {
        return Stream.concat(
                Stream.of(arguments(SandboxLevel.OFF, false), arguments(SandboxLevel.USER, false)), keepers());
    }

    static Stream<Arguments> keepers() {
        return Stream.of(SandboxLevel.NAMESPACE, SandboxLevel.JAIL)
                .flatMap(level -> Stream.of(arguments(level, false), arguments(level, true)));
    }

    @BeforeEach
    void open() throws IOException {
        bed = new ProcessTestBed(data, hidden -> SandboxSettings.off());
    }

    @AfterEach
    void close() {
        bed.close();
        family.end();
    }

    @ParameterizedTest
    @MethodSource("levels")
    void theWholeFamilyDiesWhenTheChildIsStopped(SandboxLevel level, boolean unprivileged) throws Exception {
        try (ProcessTestBed sandboxed = ProcessTestBed.at(level, unprivileged, data)) {
            SupervisedProcess process = start(sandboxed, family.script() + "sleep 300");
            await().until(() -> Files.exists(data.resolve("complete")));
            assertThat(family.alive()).hasSize(4);
            process.stop();
            process.await();

            assertThat(family.alive()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("levels")
    void whatAChildLeavesBehindGoesWithIt(SandboxLevel level, boolean unprivileged) throws Exception {
        try (ProcessTestBed sandboxed = ProcessTestBed.at(level, unprivileged, data)) {
            ProcessExit exit = start(sandboxed, family.script() + "exit 0").await();

            assertThat(exit.isSuccess()).isTrue();
            // Without its environment and its parent nothing tells below the namespace that "bare" belongs here.
            assertThat(family.alive()).hasSize(level.isAtLeast(SandboxLevel.NAMESPACE) ? 0 : 1);
        }
    }

    /** Changes its number, session and parent faster than it can be looked for. */
    @ParameterizedTest
    @MethodSource("keepers")
    void nobodyOutrunsTheEnd(SandboxLevel level, boolean unprivileged) throws Exception {
        try (ProcessTestBed sandboxed = ProcessTestBed.at(level, unprivileged, data)) {
            Files.writeString(
                    data.resolve("hop.sh"),
                    "trap '' TERM HUP INT\necho x >> hops\nsleep 0.0$1\nsetsid env -i PATH=/usr/bin:/bin sh hop.sh $1 >/dev/null 2>&1 &\n");
            ProcessExit exit = start(
                            sandboxed,
                            "sh hop.sh 1" + family.number()
                                    + " >/dev/null 2>&1 &\nwhile [ ! -s hops ]; do sleep 0.01; done")
                    .await();

            assertThat(exit.isSuccess()).isTrue();
            long hops = Files.size(data.resolve("hops"));
            await().pollDelay(Duration.ofMillis(200)).until(() -> Files.size(data.resolve("hops")) == hops);
            assertThat(family.alive()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("keepers")
    void theWholeFamilyDiesWithItsServer(SandboxLevel level, boolean unprivileged) throws Exception {
        ProcessTestBed.at(level, unprivileged, data).close();
        Process server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledServer.class.getName(),
                        level.name(),
                        Boolean.toString(unprivileged),
                        data.toString(),
                        family.script() + "sleep 300")
                .redirectErrorStream(true)
                .redirectOutput(data.resolve("server.log").toFile())
                .start();
        try {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> Files.exists(data.resolve("complete")) || !server.isAlive());
            assertThat(server.isAlive())
                    .as(Files.readString(data.resolve("server.log")))
                    .isTrue();
            assertThat(family.alive()).hasSize(4);
        } finally {
            server.destroyForcibly().waitFor();
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> family.alive().isEmpty());
    }

    @Test
    void anEscapedHolderOfTheOutputDoesNotHoldUsUp() throws Exception {
        ProcessExit exit = start(
                        bed,
                        "setsid env -i sh -c 'echo $$ > bare; exec /bin/sleep " + family.number() + "' &\n"
                                + "while [ ! -s bare ]; do sleep 0.02; done; echo done")
                .await();

        assertThat(exit.stdout().text()).isEqualTo("done\n");
        assertThat(exit.duration()).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void orphansOfADeadServerAreReapedAndThoseOfALivingOneAreNot() throws Exception {
        Process orphan = orphan("dead-server");
        Process foreign = orphan("living-server");
        Process reused = orphan("reused");
        record(orphan, ProcFs.stat(orphan.pid()).orElseThrow().startTicks(), "dead-server", 1);
        record(foreign, ProcFs.stat(foreign.pid()).orElseThrow().startTicks(), "living-server", 0);
        record(reused, 1, "other-mark", 1);
        Files.writeString(bed.data.resolve("pids/77.json"), "{broken");
        for (String mark : List.of("dead-server", "living-server", "reused")) {
            Path grandchild = data.resolve("grandchild-" + mark);
            await().until(() -> Files.exists(grandchild) && Files.size(grandchild) > 0);
        }
        long grandchild = Long.parseLong(
                Files.readString(data.resolve("grandchild-dead-server")).strip());

        assertThat(bed.supervisor.reapOrphans()).isEqualTo(1);
        assertThat(bed.supervisor.reapOrphans()).isZero();

        // Java learns of it from a thread of its own.
        assertThat(orphan.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(isAlive(grandchild)).isFalse();
        assertThat(foreign.isAlive()).isTrue();
        assertThat(reused.isAlive()).isTrue();
        assertThat(bed.data.resolve("pids").resolve(orphan.pid() + ".json")).doesNotExist();
        assertThat(bed.data.resolve("pids").resolve(reused.pid() + ".json")).doesNotExist();
        assertThat(bed.data.resolve("pids").resolve(foreign.pid() + ".json")).exists();
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
                bed.data.resolve("pids").resolve(process.pid() + ".json"),
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

    private static SupervisedProcess start(ProcessTestBed bed, String script) throws IOException {
        return bed.supervisor
                .launcherFor(bed.owner(Cancellation.NEVER))
                .start(bed.shell(script).build());
    }

    private static boolean isAlive(long pid) {
        return ProcFs.stat(pid).filter(stat -> !stat.isDead()).isPresent();
    }
}
