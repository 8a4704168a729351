package io.infloop.core.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.internal.testing.Prerequisites;
import io.infloop.spi.Cancellation;
import io.infloop.spi.process.ProcessExit;
import io.infloop.spi.process.SandboxLevel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ordinary programs work as ever at the level that {@code auto} gives, for a server that is root and for one that is not: the programs
 * themselves, no stand-ins. What is missing on the machine is skipped, in CI it fails.
 */
class CompatibilityTest {
    @TempDir
    Path work;

    /** Not the child's. */
    @TempDir
    Path elsewhere;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tarKeepsOwnersWhereItMay(boolean unprivileged) throws Exception {
        Prerequisites.program("tar", "tar");
        ProcessExit exit = run(
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

    /** Also the scripts of a package; as root what was installed can be given away afterwards, which it could not in a user namespace. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void npmInstallsAPackage(boolean unprivileged) throws Exception {
        Prerequisites.program("npm", "npm");
        ProcessExit exit = run(
                unprivileged,
                """
                set -e
                chmod 755 .
                mkdir local app cache
                echo '{"name":"local-words","version":"1.0.0","main":"i.js","scripts":{"postinstall":"touch ran"}}' > local/package.json
                echo 'module.exports = "words"' > local/i.js
                (cd local && npm pack --silent > /dev/null)
                echo '{"name":"app","version":"1.0.0"}' > app/package.json
                owner=$(id -u)
                cd app
                npm install --offline --no-audit --no-fund --cache ../cache ../local/local-words-1.0.0.tgz > ../log 2>&1 || { cat ../log >&2; exit 1; }
                node -p 'require("local-words")'
                if [ "$owner" = 0 ]; then owner=1234; chown -R 1234:1234 node_modules; fi
                echo "given to $(($(stat -c %u node_modules/local-words/ran) - owner))"
                """);

        assertThat(exit.stdout().text()).as(exit.stderr().text()).isEqualTo("words\ngiven to 0\n");
    }

    /** OpenSSH's client in the sandbox, its server outside. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void gitClonesAndPushesOverSsh(boolean unprivileged) throws Exception {
        Prerequisites.program("git", "git");
        Path served = elsewhere.resolve("served.git");
        assertThat(new ProcessBuilder("git", "init", "-q", "--bare", served.toString())
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
        try (SshDaemon daemon = SshDaemon.start(elsewhere, work.resolve("key"))) {
            Files.writeString(work.resolve("known_hosts"), daemon.knownHost());
            ProcessExit exit = run(
                    unprivileged,
                    """
                    set -e
                    export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example
                    export GIT_SSH_COMMAND="ssh -i $PWD/key -o IdentitiesOnly=yes -o BatchMode=yes -o UserKnownHostsFile=$PWD/known_hosts"
                    git clone -q URL first 2>/dev/null || { git clone URL first; exit 1; }
                    cd first; echo text > file; git add file; git commit -q -m one; git push -q origin HEAD:main; cd ..
                    git clone -q -b main URL second
                    cat second/file
                    """
                            .replace("URL", daemon.url(served)));

            assertThat(exit.stdout().text()).as(exit.stderr().text()).isEqualTo("text\n");
        }
        assertThat(served.resolve("refs/heads/main")).exists();
    }

    /** As Gradle's and others': it leaves the command that started it, serves the next ones, and ends with the run. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aNodeDaemonOutlivesItsCommandAndServesItsRunAndEndsWithIt(boolean unprivileged) throws Exception {
        Prerequisites.program("node", "nodejs");
        String number = new NastyFamily().number();
        Files.writeString(
                work.resolve("daemon.js"),
                """
                let asked = 0;
                require('net').createServer(peer => peer.end('built ' + (++asked) + '\\n')).listen('daemon.sock');
                """);
        Files.writeString(
                work.resolve("command.js"),
                """
                require('child_process')
                  .spawn(process.execPath, ['daemon.js', '%s'], {detached: true, stdio: 'ignore'}).unref();
                """
                        .formatted(number));
        Files.writeString(work.resolve("ask.js"), "require('net').connect('daemon.sock').pipe(process.stdout);\n");
        ProcessExit exit = run(
                unprivileged,
                """
                set -e
                node command.js
                while [ ! -S daemon.sock ]; do sleep 0.02; done
                node ask.js; node ask.js
                """);

        assertThat(exit.stdout().text()).as(exit.stderr().text()).isEqualTo("built 1\nbuilt 2\n");
        assertThat(ProcFs.all()).noneMatch(process -> !process.isDead() && isDaemon(process.pid(), number));
    }

    private static boolean isDaemon(long pid, String number) {
        try {
            return List.of(Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"))
                            .split("\0", -1))
                    .contains(number);
        } catch (java.io.IOException gone) {
            return false;
        }
    }

    /** The calls with which agents confine their commands: bubblewrap with a user namespace, as codex and others start it. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAgentsOwnSandboxWorksInside(boolean unprivileged) throws Exception {
        Prerequisites.program("bwrap", "bubblewrap");
        ProcessExit exit = run(
                unprivileged,
                """
                bwrap --new-session --die-with-parent --ro-bind / / --dev /dev --bind "$PWD" "$PWD" \
                  --unshare-user --unshare-pid --unshare-net --proc /proc -- \
                  sh -c 'echo inside > written; touch /usr/x 2>/dev/null || echo confined; ls /proc | grep -c "^[0-9]"'
                """);

        assertThat(exit.stdout().text()).as(exit.stderr().text()).startsWith("confined\n");
        assertThat(work.resolve("written")).hasContent("inside");
    }

    private ProcessExit run(boolean unprivileged, String script) throws Exception {
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
