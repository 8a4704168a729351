package io.infloop.core.internal.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbeTest {
    private static final long SOON = 50;
    private static final long LATER = 60_000;

    private final List<Process> started = new ArrayList<>();

    @TempDir
    Path directory;

    @Test
    void whatIsSlowOnceIsTriedAgainWithMoreTime() throws Exception {
        Probe.Outcome outcome = run("[ \"$TRY\" = 2 ] || exec sleep 60; sleep 0.1; echo fact=yes", SOON, LATER);

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.is("fact", "yes")).isTrue();
        assertThat(started).hasSize(2);
        assertThat(started.get(0).waitFor()).isEqualTo(128 + 9);
    }

    @Test
    void whatIsQuickRunsOnce() throws Exception {
        assertThat(run("echo fact=yes; exit 3", LATER, LATER).exitCode()).isEqualTo(3);
        assertThat(started).hasSize(1);
    }

    @Test
    void whatIsSlowTwiceIsNamedAsSuchAndNotAsForbidden() throws Exception {
        Probe.TooSlowException slow =
                catchThrowableOfType(Probe.TooSlowException.class, () -> run("exec sleep 60", 20, 40));

        assertThat(slow.obstacles().detail()).contains("40 ms", "second try", "too busy");
        assertThat(slow.obstacles().remedy()).contains("start the server again").doesNotContain("seccomp");
        assertThat(started).hasSize(2);
        for (Process process : started) {
            assertThat(process.waitFor()).isEqualTo(128 + 9);
        }
    }

    private Probe.Outcome run(String script, long first, long second) throws IOException, InterruptedException {
        ChildStarter starter = builder -> {
            builder.environment().put("TRY", Integer.toString(started.size() + 1));
            Process process = builder.start();
            started.add(process);
            return process;
        };
        return new Probe(starter, List.of(), Path.of("/bin/sh"), first, second)
                .run(new PlainConfinement(), script, directory, Optional.empty());
    }
}
