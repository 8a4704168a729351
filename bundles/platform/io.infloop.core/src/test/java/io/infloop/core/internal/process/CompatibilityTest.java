package io.infloop.core.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.Cancellation;
import io.infloop.spi.process.ProcessExit;
import io.infloop.spi.process.SandboxLevel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ordinary programs work as ever at the level that {@code auto} gives, for a server that is root and for one that is not. */
class CompatibilityTest {
    @TempDir
    Path work;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tarKeepsOwnersWhereItMay(boolean unprivileged) throws Exception {
        ProcessExit exit = run(
                "tar",
                unprivileged,
                """
                set -e
                mkdir in out; echo text > in/file; ln -s file in/link; chmod 640 in/file
                if [ "$(id -u)" = 0 ]; then chown 1234:1234 in/file; fi
                tar -cf all.tar in; tar -xf all.tar -C out
                [ "$(stat -c %u:%a in/file)" = "$(stat -c %u:%a out/in/file)" ]
                cat out/in/link
                """);

        assertThat(exit.stdout().text()).as(exit.stderr().text()).isEqualTo("text\n");
        assertThat(exit.isSuccess()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void npmInstallsAPackage(boolean unprivileged) throws Exception {
        ProcessExit exit = run(
                "npm",
                unprivileged,
                """
                set -e
                mkdir local app
                echo '{"name":"local-words","version":"1.0.0","main":"i.js","scripts":{"postinstall":"touch ran"}}' > local/package.json
                echo 'module.exports = "words"' > local/i.js
                cd local && npm pack --silent > /dev/null && cd ../app
                echo '{"name":"app","version":"1.0.0"}' > package.json
                npm install --offline --no-audit --no-fund --cache ../cache ../local/local-words-1.0.0.tgz > log 2>&1 || { cat log >&2; exit 1; }
                node -p 'require("local-words")'
                """);

        assertThat(exit.stdout().text()).as(exit.stderr().text()).isEqualTo("words\n");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void gitClonesOverSsh(boolean unprivileged) throws Exception {
        // Stands for ssh's client: git starts it the same way, and it reads who the user is.
        Path ssh = Files.writeString(
                work.resolve("fake-ssh"),
                "#!/bin/sh\nid -un > /dev/null || id -u > /dev/null\nshift\nexec sh -c \"$*\"\n");
        Files.setPosixFilePermissions(ssh, PosixFilePermissions.fromString("rwxr-xr-x"));
        ProcessExit exit = run(
                "git",
                unprivileged,
                """
                set -e
                export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example
                git init -q origin; cd origin; echo text > file; git add file; git commit -q -m one; cd ..
                git clone -q "file://$PWD/origin" by-file
                GIT_SSH_VARIANT=simple GIT_SSH="$PWD/fake-ssh" git clone -q "nowhere:$PWD/origin" by-ssh
                cat by-file/file by-ssh/file
                ssh -V 2>/dev/null || true
                """);

        assertThat(exit.stdout().text()).as(exit.stderr().text()).isEqualTo("text\ntext\n");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBuildDaemonServesItsRunAndEndsWithIt(boolean unprivileged) throws Exception {
        NastyFamily family = new NastyFamily();
        ProcessExit exit = run(
                "perl",
                unprivileged,
                """
                setsid sh -c 'mkfifo ask answer; (while read -r line < ask; do echo "built $line" > answer; done) & echo $! > daemon.pid; exec sleep NUMBER' </dev/null >/dev/null 2>&1 &
                while [ ! -p answer ]; do sleep 0.02; done
                for round in 1 2; do echo $round > ask; cat answer; done
                kill -0 "$(cat daemon.pid)" && echo alive
                """
                        .replace("NUMBER", family.number()));

        assertThat(exit.stdout().text()).as(exit.stderr().text()).isEqualTo("built 1\nbuilt 2\nalive\n");
        assertThat(family.alive()).isEmpty();
    }

    /** As agents confine the commands that they run, with a user namespace asked for. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAgentsOwnSandboxWorksInside(boolean unprivileged) throws Exception {
        ProcessExit exit = run(
                "bwrap",
                unprivileged,
                """
                bwrap --new-session --die-with-parent --ro-bind / / --dev /dev --bind "$PWD" "$PWD" \
                  --unshare-user --unshare-pid --unshare-net --proc /proc -- \
                  sh -c 'echo inside > written; touch /usr/x 2>/dev/null || echo confined; ls /proc | grep -c "^[0-9]"'
                """);

        assertThat(exit.stdout().text()).as(exit.stderr().text()).startsWith("confined\n");
        assertThat(work.resolve("written")).hasContent("inside");
    }

    private ProcessExit run(String program, boolean unprivileged, String script) throws Exception {
        Assumptions.assumeTrue(Executables.find(program, "/usr/bin:/bin").isPresent(), program + " is not installed");
        try (ProcessTestBed bed = ProcessTestBed.at(SandboxLevel.NAMESPACE, unprivileged, work)) {
            return bed.supervisor
                    .launcherFor(bed.owner(Cancellation.NEVER))
                    .run(bed.shell(script)
                            .environment("PATH", "/usr/bin:/bin")
                            .environment("HOME", work.toString())
                            .timeout(Duration.ofSeconds(120))
                            .build());
        }
    }
}
