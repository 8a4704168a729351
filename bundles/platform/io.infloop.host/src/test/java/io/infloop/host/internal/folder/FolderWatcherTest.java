package io.infloop.host.internal.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.infloop.host.internal.manifest.ManifestKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderWatcherTest {
    @TempDir
    Path directory;

    private PluginFolder folder() {
        return new PluginFolder(directory, Optional.of(ManifestKind.WEBHOOK));
    }

    private Path file(String name) throws IOException {
        return Files.writeString(directory.resolve(name), "{}");
    }

    private static List<FileChange> settledLook(WatchedFiles files) {
        List<FileChange> changes = new CopyOnWriteArrayList<>(files.look(0));
        while (files.isPending()) {
            changes.addAll(files.look(0));
        }
        return changes;
    }

    @Test
    void aKnownFileIsNeverGoneForTheNumberOfOthers() throws Exception {
        WatchedFiles files = new WatchedFiles(folder(), Duration.ZERO);
        Path served = file("z.json");
        assertThat(settledLook(files)).containsExactly(new FileChange.Found(folder(), served));
        for (int i = 0; i < WatchedFiles.MAX_FILES + 10; i++) {
            file("a" + i + ".json");
        }

        List<FileChange> crowd = settledLook(files);

        assertThat(crowd).filteredOn(FileChange.Found.class::isInstance).hasSize(WatchedFiles.MAX_FILES - 1);
        assertThat(crowd).filteredOn(FileChange.Gone.class::isInstance).isEmpty();
        assertThat(crowd)
                .filteredOn(FileChange.Refused.class::isInstance)
                .singleElement()
                .satisfies(change ->
                        assertThat(((FileChange.Refused) change).reason()).startsWith("holds more than 2000 files; "))
                .extracting(FileChange::file)
                .isEqualTo(directory);
        assertThat(settledLook(files)).isEmpty();

        for (int i = 0; i < 10; i++) {
            Files.delete(directory.resolve("a" + i + ".json"));
        }
        assertThat(settledLook(files))
                .filteredOn(FileChange.Found.class::isInstance)
                .hasSize(10);
        Files.delete(directory.resolve("a10.json"));
        assertThat(settledLook(files))
                .contains(new FileChange.Gone(directory.resolve("a10.json")), new FileChange.Gone(directory))
                .doesNotContain(new FileChange.Gone(served));
    }

    @Test
    void anErrorEndsNeitherTheWatchNorLosesAChange() throws Exception {
        AtomicInteger failures = new AtomicInteger();
        List<Path> found = new CopyOnWriteArrayList<>();
        FolderWatcher.Listener listener = new FolderWatcher.Listener() {
            @Override
            public void changed(List<FileChange> changes) {
                if (failures.getAndIncrement() == 0) {
                    throw new OutOfMemoryError("told by a test");
                }
                changes.forEach(change -> found.add(change.file()));
            }

            @Override
            public void atRest() {
                // Nobody waits for it.
            }
        };
        FolderWatcher.Timing timing =
                new FolderWatcher.Timing(Duration.ofMillis(10), Duration.ofMillis(50), Duration.ofMillis(50));
        try (FolderWatcher watcher = new FolderWatcher(List.of(folder()), timing, listener)) {
            Path first = file("first.json");
            watcher.start();
            await().until(() -> found.contains(first));
            Path second = file("second.json");
            await().until(() -> found.contains(second));
        }
        assertThat(failures.get()).isGreaterThanOrEqualTo(3);
    }
}
