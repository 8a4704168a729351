package io.infloop.core.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.internal.testing.Prerequisites;
import io.infloop.spi.Cancellation;
import io.infloop.spi.process.ProcessExit;
import io.infloop.spi.process.SandboxLevel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Agents themselves, as npm delivers them, at the level that {@code auto} gives. Only with {@code -Preal-agents}: npm fetches a lot. */
@EnabledIfSystemProperty(
        named = "infloop.agents",
        matches = ".+",
        disabledReason = "fetches agents with npm; run it with mvn -Preal-agents")
class RealAgentsTest {
    private static final String CODEX = "@openai/codex@0.169.0";

    @TempDir
    Path work;

    /** Its namespaces, system call filter and read-only file system, inside of ours. No account is needed for that. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void codexConfinesItsCommandsInside(boolean unprivileged) throws Exception {
        Path codex = install(Path.of(System.getProperty("infloop.agents")));
        Path home = Files.createDirectories(work.resolve("home"));
        Path tree = Files.createDirectories(work.resolve("tree"));
        try (ProcessTestBed bed = ProcessTestBed.at(SandboxLevel.NAMESPACE, unprivileged, work)) {
            ProcessExit exit = bed.supervisor
                    .launcherFor(bed.owner(Cancellation.NEVER))
                    .run(bed.shell(
                                    """
                                    codex sandbox -c 'sandbox_mode="workspace-write"' -- sh -c '
                                      echo inside > written
                                      grep -q "^Seccomp:.2" /proc/self/status && echo filtered
                                      touch /usr/x 2>/dev/null || echo confined'
                                    """)
                            .workingDirectory(tree)
                            .environment("PATH", codex.getParent() + ":/usr/bin:/bin")
                            .environment("HOME", home.toString())
                            // Codex refuses a home below the directory for temporary files.
                            .environment("TMPDIR", "/var/tmp")
                            .timeout(Duration.ofSeconds(120))
                            .build());

            assertThat(exit.stdout().text()).as(exit.stderr().text()).isEqualTo("filtered\nconfined\n");
        }
        assertThat(tree.resolve("written")).hasContent("inside");
    }

    private static Path install(Path directory) throws Exception {
        Prerequisites.program("node", "nodejs");
        Path program = directory.resolve("node_modules/.bin/codex");
        if (!Files.exists(program)) {
            Files.createDirectories(directory);
            int code = new ProcessBuilder(
                            Prerequisites.program("npm", "npm").toString(),
                            "install",
                            "--no-audit",
                            "--no-fund",
                            "--prefix",
                            directory.toString(),
                            CODEX)
                    .inheritIO()
                    .start()
                    .waitFor();
            assertThat(code).as("npm install").isZero();
        }
        return program;
    }
}
