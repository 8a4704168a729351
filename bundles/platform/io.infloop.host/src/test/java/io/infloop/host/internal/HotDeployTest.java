package io.infloop.host.internal;

import static io.infloop.host.internal.TestHost.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.infloop.host.ContributionUnavailableException;
import io.infloop.host.Lease;
import io.infloop.host.PluginInfo;
import io.infloop.host.PluginState;
import io.infloop.spi.signing.SignatureScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import sample.EchoScheme;
import sample.FailingStart;

class HotDeployTest {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    private TestHost host;

    @BeforeEach
    void framework() throws Exception {
        host = new TestHost(directory);
    }

    @AfterEach
    void stop() throws Exception {
        host.close();
    }

    private static PluginJar echo(String version, String mark) {
        return PluginJar.of("a.echo", version)
                .component(EchoScheme.class, SignatureScheme.class)
                .text("mark.txt", mark);
    }

    @Test
    void aJarServesSoonAfterItIsDroppedAndStopsWhenItIsRemoved() throws Exception {
        host.start();
        Path jar = echo("1.0.0", "one").dropInto(host.plugins, "echo.jar");

        PluginInfo plugin = host.awaitPlugin("a.echo", PluginState.ACTIVE);

        assertThat(host.mark("echo")).isEqualTo("one");
        assertThat(plugin.version()).isEqualTo("1.0.0");
        assertThat(plugin.contributions()).containsExactly("signature-scheme:echo");
        assertThat(plugin.origin()).isEqualTo(jar.toString());
        assertThat(plugin.reason()).isEmpty();

        Files.delete(jar);
        await().atMost(SOON).until(() -> !host.offers("echo"));
        await().atMost(SOON).until(() -> host.list().isEmpty());
        assertThatThrownBy(() -> host.mark("echo"))
                .isInstanceOf(ContributionUnavailableException.class)
                .hasMessageContaining("no plugin offers signature scheme 'echo'");
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(host.news).containsExactly("active a.echo 1.0.0", "removed a.echo"));
    }

    @Test
    void filesThatWereThereBeforeTheStartServeWhenItIsSettled() throws Exception {
        echo("1.0.0", "one").dropInto(host.plugins, "echo.jar");
        host.start();

        assertThat(host.mark("echo")).isEqualTo("one");
    }

    @Test
    void noLookUpMissesWhileVersionsAreReplacedAlsoOfTheSameNumber() throws Exception {
        host.start();
        echo("1.0.0", "0").dropInto(host.plugins, "echo.jar");
        host.awaitPlugin("a.echo", PluginState.ACTIVE);
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger failures = new AtomicInteger();
        AtomicInteger calls = new AtomicInteger();
        Thread caller = new Thread(() -> {
            while (!over.get()) {
                try {
                    host.mark("echo");
                    calls.incrementAndGet();
                } catch (Exception missed) {
                    failures.incrementAndGet();
                }
            }
        });
        caller.start();

        for (int i = 1; i <= 6; i++) {
            String mark = String.valueOf(i);
            String version = "1.0." + i / 3;
            echo(version, mark).dropInto(host.plugins, "echo.jar");
            await().atMost(SOON).until(() -> host.mark("echo").equals(mark));
        }
        over.set(true);
        caller.join();

        assertThat(failures).hasValue(0);
        assertThat(calls.get()).isPositive();
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(Arrays.stream(host.context().getBundles())
                                .filter(bundle -> bundle.getLocation().startsWith("plugin:")))
                        .hasSize(1));
        await().atMost(SOON).untilAsserted(() -> assertThat(directory.resolve("staged"))
                .isDirectoryContaining(file -> file.toString().endsWith(".jar"))
                .satisfies(staged -> {
                    try (Stream<Path> files = Files.list(staged)) {
                        assertThat(files.count()).isEqualTo(1);
                    }
                }));
    }

    @Test
    void aNewerVersionInAnotherFileServesAndTheOlderFileComesBackWhenItGoes() throws Exception {
        host.start();
        echo("1.0.0", "one").dropInto(host.plugins, "echo-1.jar");
        host.awaitPlugin("a.echo", PluginState.ACTIVE);

        Path newer = echo("2.0.0", "two").dropInto(host.plugins, "echo-2.jar");
        await().atMost(SOON).until(() -> host.mark("echo").equals("two"));
        assertThat(host.awaitPlugin("a.echo", PluginState.DUPLICATE).reason().orElseThrow())
                .contains("echo-2.jar");

        Files.delete(newer);
        await().atMost(SOON).until(() -> host.mark("echo").equals("one"));
    }

    @Test
    void aFailingUpdateLeavesTheOldVersionServing() throws Exception {
        host.secret = "licence";
        host.start();
        echo("1.0.0", "one").dropInto(host.plugins, "echo.jar");
        host.awaitPlugin("a.echo", PluginState.ACTIVE);

        PluginJar.of("a.echo", "1.1.0")
                .eager(FailingStart.class, SignatureScheme.class)
                .dropInto(host.plugins, "echo.jar");
        PluginInfo failed = host.awaitPlugin("a.echo", PluginState.FAILED);

        assertThat(failed.version()).isEqualTo("1.1.0");
        assertThat(failed.reason().orElseThrow())
                .contains("no [redacted] found")
                .contains("sample.FailingStart");
        assertThat(host.news.toString() + host.changes).doesNotContain("licence");
        assertThat(host.mark("echo")).isEqualTo("one");
        assertThat(host.plugin("a.echo", PluginState.ACTIVE)).isPresent();

        echo("1.2.0", "two").dropInto(host.plugins, "echo.jar");
        await().atMost(SOON).until(() -> host.mark("echo").equals("two"));
        await().atMost(SOON)
                .until(() -> host.plugin("a.echo", PluginState.FAILED).isEmpty());
    }

    @Test
    void aHalfWrittenJarWaitsAndServesWhenItIsWhole() throws Exception {
        host.start();
        byte[] whole = echo("1.0.0", "one").build();
        Files.createDirectories(host.plugins);
        Path jar = Files.write(host.plugins.resolve("echo.jar"), Arrays.copyOf(whole, whole.length / 2));

        PluginInfo refused = host.awaitPlugin("echo.jar", PluginState.FAILED);
        assertThat(refused.reason().orElseThrow())
                .contains("not a complete jar")
                .contains("copy it again");
        assertThat(refused.version()).isEmpty();

        Files.write(jar, whole);
        host.awaitPlugin("a.echo", PluginState.ACTIVE);
        assertThat(host.plugin("echo.jar", PluginState.FAILED)).isEmpty();
    }

    @Test
    void anOverwriteWithGarbageIsRefusedAndChangesNothing() throws Exception {
        host.start();
        echo("1.0.0", "one").dropInto(host.plugins, "echo.jar");
        host.awaitPlugin("a.echo", PluginState.ACTIVE);

        PluginJar.drop(host.plugins, "echo.jar", "this is no jar");
        host.awaitPlugin("echo.jar", PluginState.FAILED);

        assertThat(host.mark("echo")).isEqualTo("one");
    }

    @Test
    void absurdJarsAreRefusedWithAReason() {
        host.start();
        PluginJar.of("a.bomb", "1.0.0").zeros("zeros", 257).dropInto(host.plugins, "bomb.jar");
        PluginJar.of("a.path", "1.0.0").text("../../outside", "x").dropInto(host.plugins, "path.jar");
        PluginJar.of("a.fragment", "1.0.0")
                .header("Fragment-Host", "system.bundle")
                .dropInto(host.plugins, "fragment.jar");
        PluginJar.of("a.empty", "1.0.0").dropInto(host.plugins, "empty.jar");
        PluginJar.of("../../a", "1.0.0").dropInto(host.plugins, "name.jar");
        PluginJar.of("org.apache.felix.scr", "9.0.0").dropInto(host.plugins, "taken.jar");
        PluginJar.drop(host.plugins, "ignored.txt", "x");
        PluginJar.drop(host.plugins, ".hidden.jar", "x");

        assertThat(reason("bomb.jar")).contains("unpacks to more than 256 MiB");
        assertThat(reason("path.jar")).contains("outside of the jar");
        assertThat(reason("fragment.jar")).contains("fragment");
        assertThat(reason("a.empty")).contains("contributes nothing");
        assertThat(reason("name.jar")).contains("Bundle-SymbolicName");
        assertThat(reason("taken.jar")).contains("belongs to a bundle of the distribution");
        assertThat(host.list()).hasSize(6);
    }

    private String reason(String id) {
        return host.awaitPlugin(id, PluginState.FAILED).reason().orElseThrow();
    }

    @Test
    void thePluginThatHasAnIdKeepsIt() throws Exception {
        host.start();
        Path first = echo("1.0.0", "first").dropInto(host.plugins, "z.jar");
        host.awaitPlugin("a.echo", PluginState.ACTIVE);
        PluginJar.of("b.echo", "1.0.0")
                .component(EchoScheme.class, SignatureScheme.class)
                .text("mark.txt", "second")
                .dropInto(host.plugins, "a.jar");

        assertThat(host.awaitPlugin("b.echo", PluginState.DUPLICATE).reason().orElseThrow())
                .contains("signature scheme 'echo' belongs to plugin a.echo 1.0.0");
        assertThat(host.mark("echo")).isEqualTo("first");

        Files.delete(first);
        await().atMost(SOON).until(() -> host.mark("echo").equals("second"));
    }

    @Test
    void aLeaseKeepsItsVersionAliveWhileOthersGetTheNext() throws Exception {
        host.start();
        echo("1.0.0", "one").dropInto(host.plugins, "echo.jar");
        host.awaitPlugin("a.echo", PluginState.ACTIVE);
        Lease<SignatureScheme> lease = host.contributions().acquire(SignatureScheme.class, "echo");

        echo("2.0.0", "two").dropInto(host.plugins, "echo.jar");
        await().atMost(SOON).until(() -> host.mark("echo").equals("two"));

        host.awaitPlugin("a.echo", PluginState.RETIRING);
        assertThat(TestHost.mark(lease, "POST")).isEqualTo("one");
        assertThat(lease.plugin().version()).isEqualTo("1.0.0");
        assertThat(lease.isRevoked()).isFalse();
        assertThat(versionState("1.0.0")).isEqualTo(Bundle.ACTIVE);

        lease.close();
        await().atMost(SOON).until(() -> versionState("1.0.0") == Bundle.UNINSTALLED);
        await().atMost(SOON)
                .until(() -> host.plugin("a.echo", PluginState.RETIRING).isEmpty());
    }

    @Test
    void aLeaseIsRevokedWhenTheGraceIsOver() throws Exception {
        host.start(Duration.ofMillis(300));
        Path jar = echo("1.0.0", "one").dropInto(host.plugins, "echo.jar");
        host.awaitPlugin("a.echo", PluginState.ACTIVE);
        Lease<SignatureScheme> lease = host.contributions().acquire(SignatureScheme.class, "echo");

        Files.delete(jar);

        await().atMost(SOON).until(lease::isRevoked);
        await().atMost(SOON).until(() -> versionState("1.0.0") == Bundle.UNINSTALLED);
        lease.close();
    }

    private int versionState(String version) {
        return Arrays.stream(host.context().getBundles())
                .filter(bundle -> bundle.getLocation().startsWith("plugin:a.echo@" + version))
                .mapToInt(Bundle::getState)
                .findFirst()
                .orElse(Bundle.UNINSTALLED);
    }

    @Test
    void aFolderThatDisappearsTakesNothingAlong() throws Exception {
        host.start();
        echo("1.0.0", "one").dropInto(host.plugins, "echo.jar");
        host.awaitPlugin("a.echo", PluginState.ACTIVE);

        Path aside = Files.move(host.plugins, directory.resolve("aside"));
        PluginJar.drop(host.webhooks, "probe.json", "{}");
        host.awaitPlugin("probe.json", PluginState.FAILED);
        assertThat(host.mark("echo")).isEqualTo("one");

        Files.move(aside, host.plugins);
        echo("1.1.0", "two").dropInto(host.plugins, "echo.jar");
        await().atMost(SOON).until(() -> host.mark("echo").equals("two"));
    }
}
