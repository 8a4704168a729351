package io.infloop.core.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.infloop.core.internal.sandbox.SandboxSettings;
import io.infloop.spi.Cancellation;
import io.infloop.spi.Registration;
import io.infloop.spi.process.ProcessExit;
import io.infloop.spi.process.ProcessExit.Ending;
import io.infloop.spi.process.ProcessLauncher;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.spi.process.SpawnException;
import io.infloop.spi.process.SupervisedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildSupervisorTest {
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
    void runsAProgramAndTellsHowItEnded() throws Exception {
        ProcessExit exit =
                launcher.run(bed.shell("echo out; echo err >&2; exit 7").build());

        assertThat(exit.exitCode()).hasValue(7);
        assertThat(exit.signal()).isEmpty();
        assertThat(exit.ending()).isEqualTo(Ending.EXITED);
        assertThat(exit.stdout().text()).isEqualTo("out\n");
        assertThat(exit.stderr().text()).isEqualTo("err\n");
        assertThat(exit.isSuccess()).isFalse();
        assertThat(bed.supervisor.childCount()).isZero();
    }

    @Test
    void theChildHasAScrubbedEnvironmentAndItsNamesAreAudited() throws Exception {
        ProcessExit exit = launcher.run(
                bed.shell("env; pwd").environment("EXTRA", "value-canary").build());

        assertThat(exit.stdout().text())
                .contains("EXTRA=value-canary", "HOME=", "PWD=" + data, ChildSupervisor.MARK + "=")
                .doesNotContain("INFLOOP_");
        assertThat(bed.audited).singleElement().satisfies(event -> {
            assertThat(event.type()).isEqualTo("process.spawned");
            assertThat(event.fields())
                    .containsEntry("runId", "run-1")
                    .containsEntry("pluginId", "test-plugin")
                    .containsEntry("command", "sh");
            assertThat(event.fields().get("env").toString()).contains("EXTRA").doesNotContain("value-canary");
            assertThat(event.fields().toString()).doesNotContain("pwd");
        });
    }

    @Test
    void theChildHasASessionOfItsOwn() throws Exception {
        ProcessExit exit = launcher.run(bed.shell("read -r line < /proc/$$/stat; echo \"$line\"; ulimit -c")
                .build());

        ProcFs.Stat stat = ProcFs.parse(exit.stdout().text().lines().findFirst().orElseThrow())
                .orElseThrow();
        assertThat(stat.session()).isEqualTo(stat.pid()).isEqualTo(stat.group());
        assertThat(exit.stdout().text()).endsWith("\n0\n");
    }

    /** Of what a program may use, only its core dump is less than the server's. */
    @Test
    void noOtherLimitIsLowered() throws Exception {
        ProcessExit exit = launcher.run(bed.shell("cat /proc/self/limits").build());

        List<String> own = Files.readAllLines(Path.of("/proc/self/limits"));
        List<String> childs = exit.stdout().text().lines().toList();
        assertThat(childs).hasSameSizeAs(own);
        for (int index = 0; index < own.size(); index++) {
            if (own.get(index).startsWith("Max core file size")) {
                assertThat(childs.get(index)).containsPattern("size +0 ");
            } else {
                assertThat(childs.get(index)).isEqualTo(own.get(index));
            }
        }
    }

    @Test
    void feedsStandardInput() throws Exception {
        String text = "ü".repeat(200_000);
        ProcessExit exit = launcher.run(
                ProcessSpec.builder(List.of("wc", "-c")).stdin(text).build());

        assertThat(exit.stdout().text().strip()).isEqualTo("400000");
    }

    @Test
    void standardInputIsEmptyByDefault() throws Exception {
        assertThat(launcher.run(ProcessSpec.builder(List.of("cat")).build()).isSuccess())
                .isTrue();
    }

    @Test
    void aChildThatDoesNotReadItsInputHurtsNobody() throws Exception {
        ProcessExit exit =
                launcher.run(bed.shell("exit 0").stdin("x".repeat(1_000_000)).build());

        assertThat(exit.isSuccess()).isTrue();
    }

    @Test
    void linesArriveInOrder() throws Exception {
        List<String> lines = new CopyOnWriteArrayList<>();
        launcher.run(bed.shell("for i in 1 2 3; do echo $i; done; printf end")
                .stdoutLines(lines::add)
                .build());

        assertThat(lines).containsExactly("1\n", "2\n", "3\n", "end");
    }

    @Test
    void muchOutputIsCutButReadToItsEnd() throws Exception {
        ProcessExit exit = launcher.run(bed.shell("head -c 3000000 /dev/zero | tr '\\0' x; echo END")
                .captureBytes(1000)
                .build());

        assertThat(exit.isSuccess()).isTrue();
        assertThat(exit.stdout().truncated()).isTrue();
        assertThat(exit.stdout().totalBytes()).isEqualTo(3_000_004);
        assertThat(exit.stdout().text())
                .contains("bytes left out")
                .endsWith("xEND\n")
                .hasSizeLessThan(1100);
    }

    @Test
    void aTimeoutEndsIt() throws Exception {
        ProcessExit exit = launcher.run(
                bed.shell("sleep 60").timeout(Duration.ofMillis(100)).build());

        assertThat(exit.timedOut()).isTrue();
        assertThat(exit.exitCode()).isEmpty();
        assertThat(exit.signal()).hasValue(15);
        assertThat(exit.duration()).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void whoIgnoresTheSoftSignalIsKilled() throws Exception {
        SupervisedProcess process = launcher.start(
                bed.shell("trap '' TERM; echo ready; while :; do sleep 1; done").build());
        await().until(() -> ready(process));
        process.stop();
        process.stop();
        ProcessExit exit = process.await();

        assertThat(exit.ending()).isEqualTo(Ending.STOPPED);
        assertThat(exit.signal()).hasValue(9);
        assertThat(exit.duration()).isGreaterThan(Duration.ofMillis(KillLadder.GRACE_MILLIS));
    }

    /** Bit 1 of the mask of ignored signals is INT. */
    private static boolean interruptsReachChildren() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .noneMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
    }

    @Test
    void interruptFirstSendsInt() throws Exception {
        assumeTrue(
                interruptsReachChildren(),
                "this JVM was started in the background of a script: shells inherit that INT is ignored");
        List<String> lines = new CopyOnWriteArrayList<>();
        SupervisedProcess process = launcher.start(
                bed.shell("trap 'echo interrupted; exit 3' INT; echo ready; while :; do sleep 0.05; done")
                        .interruptFirst(true)
                        .stdoutLines(lines::add)
                        .build());
        await().until(() -> lines.contains("ready\n"));
        process.stop();
        ProcessExit exit = process.await();

        assertThat(exit.exitCode()).hasValue(3);
        assertThat(exit.ending()).isEqualTo(Ending.STOPPED);
        assertThat(lines).contains("interrupted\n");
    }

    @Test
    void cancellationStopsIt() throws Exception {
        ManualCancellation cancellation = new ManualCancellation();
        ProcessLauncher cancellable = bed.supervisor.launcherFor(bed.owner(cancellation));
        SupervisedProcess process = cancellable.start(bed.shell("sleep 60").build());
        cancellation.cancel();

        assertThat(process.await().ending()).isEqualTo(Ending.STOPPED);
        assertThat(cancellation.actions).isEmpty();
        assertThatThrownBy(() -> cancellable.start(bed.shell("true").build()))
                .isInstanceOf(SpawnException.class)
                .hasMessageContaining("cancelled");
    }

    @Test
    void anInterruptStopsItFirst() throws Exception {
        SupervisedProcess process = launcher.start(bed.shell("sleep 60").build());
        List<Throwable> thrown = new CopyOnWriteArrayList<>();
        Thread waiting = new Thread(() -> {
            try {
                process.await();
            } catch (InterruptedException expected) {
                thrown.add(expected);
            }
        });
        waiting.start();
        waiting.interrupt();
        waiting.join();

        assertThat(thrown).hasSize(1);
        assertThat(ProcessHandle.of(process.pid()).filter(ProcessHandle::isAlive))
                .isEmpty();
    }

    @Test
    void thePidFileLivesAsLongAsTheChild() throws Exception {
        SupervisedProcess process = launcher.start(bed.shell("sleep 60").build());
        Path file = bed.data.resolve("pids").resolve(process.pid() + ".json");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        PidFiles.Entry entry = bed.pidFiles.all().get(0);
        assertThat(entry.pid()).isEqualTo(process.pid());
        assertThat(ProcFs.isRunning(entry.pid(), entry.startTicks())).isTrue();
        assertThat(entry.isServerAlive()).isTrue();
        process.stop();
        process.await();
        assertThat(file).doesNotExist();
    }

    @Test
    void whatCannotBeStartedIsNamed() throws Exception {
        Files.writeString(data.resolve("plain.txt"), "no program");
        List<ProcessSpec> specs = List.of(
                ProcessSpec.builder(List.of("no-such-program-here")).build(),
                ProcessSpec.builder(List.of("/no/such/program")).build(),
                ProcessSpec.builder(List.of("./plain.txt")).build(),
                bed.shell("true").workingDirectory(data.resolve("missing")).build(),
                bed.shell("true").envPassthrough(List.of("*")).build(),
                ProcessSpec.builder(List.of("echo", "nul\0")).build(),
                ProcessSpec.builder(Collections.nCopies(3, "x".repeat(3_000_000)).stream()
                                .collect(
                                        ArrayList::new,
                                        (list, text) -> list.add(list.isEmpty() ? "echo" : text),
                                        List::addAll))
                        .build());
        for (ProcessSpec spec : specs) {
            assertThatThrownBy(() -> launcher.start(spec))
                    .isInstanceOf(SpawnException.class)
                    .message()
                    .hasSizeBetween(20, 300);
        }
        assertThat(bed.supervisor.childCount()).isZero();
        assertThat(bed.audited).isEmpty();
    }

    @Test
    void withoutSetsidNothingIsStarted() throws Exception {
        try (ProcessTestBed bare = new ProcessTestBed(
                data,
                Map.of("PATH", "/usr/bin:/bin"),
                new Wrappers(Optional.empty(), Optional.empty(), Optional.empty()),
                List.of(),
                SandboxSettings::auto)) {
            assertThatThrownBy(() -> bare.supervisor
                            .launcherFor(bare.owner(Cancellation.NEVER))
                            .start(bare.shell("true").build()))
                    .isInstanceOf(SpawnException.class)
                    .hasMessageContaining("setsid");
        }
    }

    @Test
    void childrenWorkInsideOfTheWorkspaceRootsOnly() throws Exception {
        Path scratch = Files.createDirectories(data.resolve("scratch"));
        Path root = Files.createDirectories(data.resolve("root"));
        Path inside = Files.createDirectories(root.resolve("inside"));
        Path outside = Files.createDirectories(data.resolve("root-beside"));
        Files.createSymbolicLink(root.resolve("link"), outside);
        try (ProcessTestBed strict =
                new ProcessTestBed(data, Map.of(), bed.wrappers, List.of(root), SandboxSettings::auto)) {
            Path own = Files.createDirectories(strict.instance.directory().resolve("children"));
            ProcessLauncher restricted =
                    strict.supervisor.launcherFor(strict.owner(Cancellation.NEVER, Optional.of(scratch)));
            for (Path allowed : List.of(root, inside, scratch, own)) {
                assertThat(restricted
                                .run(strict.shell("pwd")
                                        .workingDirectory(allowed)
                                        .build())
                                .stdout()
                                .text()
                                .strip())
                        .isEqualTo(allowed.toRealPath().toString());
            }
            assertThat(restricted
                            .run(strict.shell("pwd").build())
                            .stdout()
                            .text()
                            .strip())
                    .isEqualTo(scratch.toRealPath().toString());
            assertThat(strict.supervisor
                            .launcherFor(strict.owner(Cancellation.NEVER, Optional.empty()))
                            .run(strict.shell("pwd").build())
                            .stdout()
                            .text()
                            .strip())
                    .isEqualTo(own.toRealPath().toString());
            for (Path forbidden : List.of(outside, root.resolve("link"), inside.resolve("../.."), Path.of("/"))) {
                assertThatThrownBy(() -> restricted.start(
                                strict.shell("true").workingDirectory(forbidden).build()))
                        .isInstanceOf(SpawnException.class)
                        .hasMessageContaining("WORKSPACE_ROOTS");
            }
        }
    }

    @Test
    void nothingIsLeftWhenTheServerStops() throws Exception {
        List<SupervisedProcess> processes = new ArrayList<>();
        for (int index = 0; index < 3; index++) {
            processes.add(launcher.start(bed.shell("sleep 60 & wait").build()));
        }
        bed.supervisor.close();

        for (SupervisedProcess process : processes) {
            assertThat(process.exit().toCompletableFuture()).isDone();
            assertThat(ProcessHandle.of(process.pid()).filter(ProcessHandle::isAlive))
                    .isEmpty();
        }
        try (Stream<Path> files = Files.list(bed.data.resolve("pids"))) {
            assertThat(files).isEmpty();
        }
        assertThatThrownBy(() -> launcher.start(bed.shell("true").build())).isInstanceOf(SpawnException.class);
    }

    private static boolean ready(SupervisedProcess process) {
        // The shell has set its trap once it has a child of its own.
        return ProcessHandle.of(process.pid())
                .map(handle -> handle.children().findAny().isPresent())
                .orElse(false);
    }

    private static final class ManualCancellation implements Cancellation {
        private final List<Runnable> actions = new CopyOnWriteArrayList<>();
        private volatile boolean cancelled;

        @Override
        public boolean isCancelled() {
            return cancelled;
        }

        @Override
        public Registration onCancel(Runnable action) {
            actions.add(action);
            return () -> actions.remove(action);
        }

        void cancel() {
            cancelled = true;
            actions.forEach(Runnable::run);
        }
    }
}
