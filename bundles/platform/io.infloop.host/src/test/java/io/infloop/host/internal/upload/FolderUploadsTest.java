package io.infloop.host.internal.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.host.PluginUploads.Change;
import io.infloop.host.PluginUploads.Outcome;
import io.infloop.host.PluginUploads.Why;
import io.infloop.host.internal.folder.JarBounds;
import io.infloop.host.internal.manifest.ManifestReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FolderUploadsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path directory;

    private Path folder;
    private FolderUploads uploads;

    @BeforeEach
    void prepare() {
        folder = directory.resolve("plugins");
        uploads = new FolderUploads(folder, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @Test
    void theFileAppearsWholeAndForItsOwnerOnly() throws IOException {
        Outcome outcome = uploads.put("a.jar", text("content"), false);

        assertThat(outcome)
                .isEqualTo(new Outcome.Stored(
                        "a.jar", "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73", 7, Change.ADDED));
        assertThat(folder.resolve("a.jar")).hasContent("content");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("a.jar"))))
                .isEqualTo("rw-------");
        assertThat(names()).containsExactly("a.jar");
    }

    @Test
    void otherContentStaysUnlessItMayGo() throws IOException {
        uploads.put("a.jar", text("first"), false);

        assertThat(change(uploads.put("a.jar", text("first"), false))).isEqualTo(Change.UNCHANGED);
        assertThat(why(uploads.put("a.jar", text("other"), false))).isEqualTo(Why.OCCUPIED);
        assertThat(folder.resolve("a.jar")).hasContent("first");
        assertThat(change(uploads.put("a.jar", text("other"), true))).isEqualTo(Change.REPLACED);
        assertThat(folder.resolve("a.jar")).hasContent("other");
        assertThat(names()).containsExactly("a.jar");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".jar",
                "..",
                "../a.jar",
                "a/b.jar",
                "/etc/a.jar",
                "a.jar/",
                ".hidden.jar",
                "a.jar.tmp",
                "a.txt",
                "a.JAR",
                "a b.jar",
                "a\nb.jar",
                "a.jar\n",
                "a\0.jar",
                "ä.jar",
                "x.hermes.local.json"
            })
    void noNameLeadsElsewhereOrHidesAnything(String name) throws IOException {
        assertThat(why(uploads.put(name, text("content"), true))).isEqualTo(Why.BAD_NAME);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void tooMuchLeavesNothingBehind() throws IOException {
        CountedZeros jar = new CountedZeros(JarBounds.MAX_BYTES * 10);
        CountedZeros manifest = new CountedZeros(ManifestReader.MAX_BYTES + 1L);

        assertThat(uploads.put("a.jar", jar, false))
                .isEqualTo(new Outcome.Refused(
                        Why.TOO_LARGE, "the file is larger than 64 MiB; leave out what the plugin does not need"));
        assertThat(jar.given).as("read no further than needed").isLessThan(JarBounds.MAX_BYTES + (1 << 17));
        assertThat(uploads.put("a.json", manifest, false))
                .isEqualTo(new Outcome.Refused(
                        Why.TOO_LARGE, "the file is larger than 1 MiB; leave out what the plugin does not need"));
        assertThat(why(uploads.put("a.jar", text(""), false))).isEqualTo(Why.EMPTY);
        assertThat(names()).isEmpty();
    }

    @Test
    void aSenderWhoGoesLeavesNothingBehind() {
        InputStream broken = new InputStream() {
            private int left = 10;

            @Override
            public int read() {
                throw new UnsupportedOperationException("in pieces");
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                if (left-- == 0) {
                    throw new IOException("gone");
                }
                return length;
            }
        };

        assertThatThrownBy(() -> uploads.put("a.jar", broken, false)).hasRootCauseMessage("gone");
        assertThat(folder).isEmptyDirectory();
    }

    /** A link or a folder of that name may lead out of the folder, or be somebody's. */
    @Test
    void aLinkIsReplacedItselfAndAFolderIsLeftAlone() throws IOException {
        Files.createDirectories(folder.resolve("folder.jar"));
        Path outside = Files.writeString(directory.resolve("outside"), "of somebody else");
        Files.createSymbolicLink(folder.resolve("link.jar"), outside);
        Files.createSymbolicLink(folder.resolve("nowhere.jar"), directory.resolve("missing"));

        assertThat(why(uploads.put("folder.jar", text("content"), true))).isEqualTo(Why.OCCUPIED);
        assertThat(why(uploads.put("link.jar", text("of somebody else"), false)))
                .isEqualTo(Why.OCCUPIED);
        assertThat(why(uploads.put("nowhere.jar", text("content"), false))).isEqualTo(Why.OCCUPIED);
        assertThat(change(uploads.put("link.jar", text("content"), true))).isEqualTo(Change.REPLACED);

        assertThat(outside).hasContent("of somebody else");
        assertThat(directory.resolve("missing")).doesNotExist();
        assertThat(folder.resolve("link.jar")).isRegularFile().hasContent("content");
        assertThat(Files.isSymbolicLink(folder.resolve("link.jar"))).isFalse();
    }

    @Test
    void ofManyAtOnceOneWins() throws Exception {
        int senders = 8;
        ExecutorService threads = Executors.newFixedThreadPool(senders);
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<Outcome>> outcomes = IntStream.range(0, senders)
                    .mapToObj(sender -> threads.submit((Callable<Outcome>) () -> {
                        start.await();
                        return uploads.put("a.jar", text("of " + sender), false);
                    }))
                    .toList();
            start.countDown();
            int stored = 0;
            for (Future<Outcome> outcome : outcomes) {
                stored += outcome.get() instanceof Outcome.Stored ? 1 : 0;
            }
            assertThat(stored).isEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
        assertThat(names()).containsExactly("a.jar");
    }

    @Test
    void whatAKilledServerLeftGoesAndWhatAnotherOneReceivesStays() throws IOException {
        Files.createDirectories(folder);
        Path left = Files.writeString(folder.resolve(".upload-1.tmp"), "left");
        Path arriving = Files.writeString(folder.resolve(".upload-2.tmp"), "arriving");
        Path other = Files.writeString(folder.resolve("old.jar"), "a plugin");
        for (Path old : List.of(left, other)) {
            Files.setLastModifiedTime(old, FileTime.from(NOW.minus(Duration.ofHours(3))));
        }
        Files.setLastModifiedTime(arriving, FileTime.from(NOW));

        uploads.removeLitter();

        assertThat(left).doesNotExist();
        assertThat(arriving).exists();
        assertThat(other).exists();
    }

    @Test
    void whatCannotBeWrittenIsRefused() throws IOException {
        FolderUploads unwritable =
                new FolderUploads(Files.writeString(directory.resolve("file"), ""), Clock.systemUTC());

        assertThat(why(unwritable.put("a.jar", text("content"), false))).isEqualTo(Why.UNWRITABLE);
    }

    private static Change change(Outcome outcome) {
        return ((Outcome.Stored) outcome).change();
    }

    private static Why why(Outcome outcome) {
        return ((Outcome.Refused) outcome).why();
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static InputStream text(String content) {
        return new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8));
    }

    private static final class CountedZeros extends InputStream {
        private final long total;
        private long given;

        CountedZeros(long total) {
            this.total = total;
        }

        @Override
        public int read() {
            if (given == total) {
                return -1;
            }
            given++;
            return 0;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            int count = (int) Math.min(length, total - given);
            given += count;
            return count == 0 ? -1 : count;
        }
    }
}
