package io.infloop.core.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.infloop.core.internal.testing.Prerequisites;
import io.infloop.spi.Cancellation;
import io.infloop.spi.process.ProcessExit;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.spi.process.SandboxLevel;
import io.infloop.spi.process.SpawnException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a child in the jail can reach. */
class JailTest {
    @TempDir
    Path work;

    private HttpServer web;

    @BeforeEach
    void serve() throws Exception {
        web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        web.createContext("/", exchange -> {
            byte[] body = "reached".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        web.start();
    }

    @AfterEach
    void stop() {
        web.stop(0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void onlyItsDirectoryAndAPrivateHomeCanBeWrittenAndNothingElseSeen(boolean unprivileged) throws Exception {
        try (ProcessTestBed bed = ProcessTestBed.at(SandboxLevel.JAIL, unprivileged, work)) {
            Path secret = Files.createDirectories(bed.data.resolve("triggers")).resolve("wh_canary.json");
            Files.writeString(secret, "secret-canary");
            Path neighbour = Files.createTempFile("infloop-neighbour", ".txt");
            ProcessExit exit = run(
                    bed,
                    bed.shell(
                            "echo in > written; echo home > $HOME/.made; echo $HOME; cat $HOME/.made; cat " + secret
                                    + ";"
                                    + " cat " + neighbour
                                    + " && echo SAW-TMP; ls /root /home; touch /usr/x /etc/x /x;"
                                    + " mount -t tmpfs none /mnt; unshare -U true && echo NESTED; cat /etc/shadow;"
                                    + " ls /proc | grep -c '^[0-9]'; cat /proc/*/environ | tr '\\0' '\\n' | grep -c SUREFIRE; id -u"));
            Files.delete(neighbour);

            assertThat(work.resolve("written")).as(exit.stderr().text()).hasContent("in");
            assertThat(exit.stdout().text())
                    .startsWith("/home/agent\nhome\n")
                    .endsWith("\n0\n"
                            + (unprivileged
                                    ? Unprivileged.UID
                                    : ProcessTestBed.tools().uid()) + "\n")
                    .doesNotContain("secret-canary", "SAW-TMP", "NESTED");
            assertThat(Path.of("/usr/x")).doesNotExist();
            try (Stream<Path> left = Files.list(bed.sandboxes.place())) {
                assertThat(left.filter(path -> path.getFileName().toString().startsWith("run")))
                        .isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void withoutAnAllowListThereIsNoNetworkAndTheLogSaysSo(boolean unprivileged) throws Exception {
        try (ProcessTestBed bed = ProcessTestBed.at(SandboxLevel.JAIL, unprivileged, work)) {
            List<String> notices = new CopyOnWriteArrayList<>();
            ProcessExit exit = run(bed, bed.shell(connect()).notices(notices::add));

            assertThat(exit.stdout().text()).contains("refused").doesNotContain("reached");
            assertThat(notices).singleElement().satisfies(line -> assertThat(line)
                    .startsWith("[egress] no network"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"socat", "perl", "python3", "node"})
    void theProxyIsTheOnlyWayOut(String bridge) throws Exception {
        Path program = Prerequisites.program(bridge, bridge);
        Prerequisites.program("curl", "curl");
        try (ProcessTestBed bed = ProcessTestBed.jail(work, program)) {
            List<String> notices = new CopyOnWriteArrayList<>();
            String url = "http://127.0.0.1:" + web.getAddress().getPort() + "/";
            ProcessExit exit = run(
                    bed,
                    bed.shell("curl -s -S " + url + "; echo; curl -s -S --noproxy '*' -m 5 " + url
                                    + " || echo direct-refused;"
                                    + " curl -s -o /dev/null -w '%{http_code}' http://other.example/; " + connect())
                            .egressAllowlist(List.of("127.0.0.1"))
                            .notices(notices::add));

            assertThat(exit.stdout().text())
                    .startsWith("reached\ndirect-refused\n403")
                    .endsWith("refused\n");
            await().until(() -> notices.stream().anyMatch(line -> line.contains("other.example")));
        }
    }

    @Test
    void withoutABridgeNothingThatNeedsTheNetworkIsRun() throws Exception {
        try (ProcessTestBed bed = ProcessTestBed.jail(work, null)) {
            assertThatThrownBy(() -> run(bed, bed.shell("true").egressAllowlist(List.of("a.example"))))
                    .isInstanceOfSatisfying(SpawnException.class, refused -> assertThat(refused.isRefusal())
                            .isTrue())
                    .hasMessageContaining("socat");
            assertThat(run(bed, bed.shell("exit 3")).exitCode()).hasValue(3);
        }
    }

    @Test
    void credentialFilesAreCopiedIntoThePrivateHome() throws Exception {
        try (ProcessTestBed bed = ProcessTestBed.at(SandboxLevel.JAIL, work)) {
            Path home = Files.createDirectories(work.resolve("infloop-data/instances/home"));
            Files.createDirectories(home.resolve(".tool/sub"));
            Files.writeString(home.resolve(".tool/auth.json"), "key");
            Files.writeString(home.resolve(".secret"), "secret");
            ProcessExit exit = run(
                    bed,
                    bed.shell("cat ~/.tool/auth.json; ls -A ~; echo changed > ~/.tool/auth.json")
                            .environment("HOME", home.toString())
                            .credentialFiles(List.of(".tool", ".missing")));

            assertThat(exit.stdout().text()).isEqualTo("key.tool\n");
            assertThat(home.resolve(".tool/auth.json")).hasContent("key");
            for (String wrong : List.of("../x", "/etc/passwd", ".")) {
                assertThatThrownBy(() -> run(bed, bed.shell("true").credentialFiles(List.of(wrong))))
                        .isInstanceOf(SpawnException.class);
            }
        }
    }

    @Test
    void programsInstalledElsewhereWorkAndTheirHomeIsNotShown() throws Exception {
        try (ProcessTestBed bed = ProcessTestBed.at(SandboxLevel.JAIL, work)) {
            Path elsewhere = Files.createTempDirectory("infloop-tools");
            try {
                Path bin = Files.createDirectories(elsewhere.resolve("v1/bin"));
                Path library = Files.createDirectories(elsewhere.resolve("v1/lib"));
                Files.writeString(library.resolve("words"), "from the library\n");
                Path tool = Files.writeString(bin.resolve("tool"), "#!/bin/sh\ncat \"${0%/*}/../lib/words\"\n");
                tool.toFile().setExecutable(true);
                Files.writeString(elsewhere.resolve("private"), "secret-canary");
                ProcessExit exit = run(bed, ProcessSpec.builder(List.of(tool.toString())));

                assertThat(exit.stdout().text()).isEqualTo("from the library\n");
                assertThat(run(bed, bed.shell("cat " + elsewhere + "/private"))
                                .stdout()
                                .text())
                        .isEmpty();
            } finally {
                RunPlace.delete(elsewhere);
            }
        }
    }

    @Test
    void aMissingPlaceOrBrokenSandboxIsNamed() throws Exception {
        try (ProcessTestBed bed = ProcessTestBed.at(SandboxLevel.JAIL, work)) {
            ProcessExit offline = run(bed, bed.shell("echo 'curl: (6) Could not resolve host: x' >&2; exit 6"));
            ProcessExit readOnly = run(bed, bed.shell("touch /usr/x"));

            assertThat(offline.explanation())
                    .hasValueSatisfying(text -> assertThat(text).contains("egressAllowlist"));
            assertThat(readOnly.explanation())
                    .hasValueSatisfying(text -> assertThat(text).contains("can be written"));
        }
    }

    /** A raw connection, which knows nothing of proxies. */
    private String connect() {
        return "perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(PeerAddr => \"127.0.0.1:"
                + web.getAddress().getPort() + "\", Timeout => 5) ? \"reached\\n\" : \"refused\\n\"'";
    }

    private static ProcessExit run(ProcessTestBed bed, ProcessSpec.Builder spec) throws Exception {
        return bed.supervisor.launcherFor(bed.owner(Cancellation.NEVER)).run(spec.build());
    }
}
