package io.infloop.host.internal;

import static io.infloop.host.internal.TestHost.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.infloop.host.PluginInfo;
import io.infloop.host.PluginState;
import io.infloop.spi.signing.SignatureScheme;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import sample.EchoScheme;

/** What lies in a folder harms neither the host nor the other plugins. */
class AbsurdFileTest {
    private static final long MEBIBYTE = 1L << 20;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    private TestHost host;

    @BeforeEach
    void framework() throws Exception {
        host = new TestHost(directory).start();
        Files.createDirectories(host.plugins);
    }

    @AfterEach
    void stop() throws Exception {
        host.close();
    }

    private static PluginJar echo(String version) {
        return PluginJar.of("a.echo", version)
                .component(EchoScheme.class, SignatureScheme.class)
                .text("mark.txt", version);
    }

    private String reason(String file) {
        return host.awaitPlugin(file, PluginState.FAILED).reason().orElseThrow();
    }

    @Test
    void aJarThatClaimsTooMuchIsNotOpened() throws Exception {
        claim("large.jar", 900 * MEBIBYTE, 60_000, 900 * MEBIBYTE, 0);
        claim("directory.jar", 20 * MEBIBYTE, 100, 20 * MEBIBYTE, 0);
        claim("entries.jar", 3 * MEBIBYTE, 60_000, 3 * MEBIBYTE, 0);
        claim("elsewhere.jar", MEBIBYTE, 1, 100, 0xFFFF_FFFFL);

        assertThat(reason("large.jar")).startsWith("larger than 64 MiB");
        assertThat(reason("directory.jar")).startsWith("has a table of contents above 8 MiB");
        assertThat(reason("entries.jar")).startsWith("has more than 20000 entries");
        assertThat(reason("elsewhere.jar")).startsWith("has a table of contents above 8 MiB");
        echo("1.0.0").dropInto(host.plugins, "echo.jar");
        host.awaitPlugin("a.echo", PluginState.ACTIVE);
    }

    /** A file of nothing but zeros and the record at the end of zip files. */
    private void claim(String name, long zeros, int entries, long directoryBytes, long place) throws IOException {
        ByteBuffer end = ByteBuffer.allocate(22).order(ByteOrder.LITTLE_ENDIAN);
        end.putInt(0x06054b50).putShort((short) 0).putShort((short) 0);
        end.putShort((short) entries).putShort((short) entries);
        end.putInt((int) directoryBytes).putInt((int) place).putShort((short) 0);
        Path part = host.plugins.resolve(name + ".tmp");
        try (FileChannel channel = FileChannel.open(
                part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            channel.write(end.flip(), zeros);
        }
        Files.move(part, host.plugins.resolve(name));
    }

    @Test
    void whatIsNoRegularFileIsListed() throws Exception {
        Files.createDirectories(host.plugins.resolve("folder.jar"));
        Files.createSymbolicLink(host.plugins.resolve("nowhere.json"), directory.resolve("gone.json"));
        boolean pipe =
                new ProcessBuilder("mkfifo", host.plugins.resolve("pipe.jar").toString())
                                .start()
                                .waitFor()
                        == 0;

        assertThat(reason("folder.jar")).startsWith("is not a regular file; ");
        assertThat(reason("nowhere.json")).startsWith("is not a regular file; ");
        if (pipe) {
            assertThat(reason("pipe.jar")).startsWith("is not a regular file; ");
        }

        Files.delete(host.plugins.resolve("folder.jar"));
        echo("1.0.0").dropInto(host.plugins, "folder.jar");
        host.awaitPlugin("a.echo", PluginState.ACTIVE);
        assertThat(host.plugin("folder.jar", PluginState.FAILED)).isEmpty();
    }

    @Test
    void aFolderInThePlaceOfAServingFileChangesNothing() throws Exception {
        Path jar = echo("1.0.0").dropInto(host.plugins, "echo.jar");
        host.awaitPlugin("a.echo", PluginState.ACTIVE);

        Files.delete(jar);
        Files.createDirectory(jar);

        assertThat(reason("echo.jar")).startsWith("is not a regular file; ");
        assertThat(host.mark("echo")).isEqualTo("1.0.0");
    }

    @Test
    void namesAreShownWithoutControlCharacters() throws Exception {
        PluginJar.drop(host.plugins, "a\nb\u001b[31m\u202e.json", "[]");
        PluginJar.drop(
                host.providers,
                "c\nd.json",
                "{\"id\":\"one\",\"label\":\"L\",\"description\":\"d\",\"transport\":\"x\"}");

        PluginInfo refused = host.awaitPlugin("a?b?[31m?.json", PluginState.FAILED);
        assertThat(refused.origin()).endsWith("/a?b?[31m?.json");
        assertThat(refused.reason().orElseThrow()).contains("manifest a?b?[31m?.json");
        assertThat(host.awaitPlugin("provider.one", PluginState.WAITING).origin())
                .endsWith("/c?d.json");
    }

    @Test
    void anErrorWhileNewsAreToldEndsNothing() {
        host.failure.set(new StackOverflowError("told by a test"));
        PluginJar.drop(host.plugins, "bad.json", "[]");
        await().atMost(SOON).until(() -> host.failure.get() == null);

        echo("1.0.0").dropInto(host.plugins, "echo.jar");
        host.awaitPlugin("a.echo", PluginState.ACTIVE);
    }

    @Test
    void nothingIsNewsWhileTheServerStops() throws Exception {
        host.ship(
                PluginJar.of("shipped.echo", "1.0.0")
                        .component(EchoScheme.class, SignatureScheme.class)
                        .text("id.txt", "shipped"),
                "shipped.echo");
        echo("1.0.0").dropInto(host.plugins, "echo.jar");
        host.awaitPlugin("a.echo", PluginState.ACTIVE);
        host.awaitPlugin("shipped.echo", PluginState.ACTIVE);
        await().atMost(SOON).until(() -> host.changes.contains("shipped.echo ACTIVE"));
        host.changes.clear();
        host.news.clear();

        host.stopFramework();

        assertThat(host.changes).isEmpty();
        assertThat(host.news).isEmpty();
    }
}
