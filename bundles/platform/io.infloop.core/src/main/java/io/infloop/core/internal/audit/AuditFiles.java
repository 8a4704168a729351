package io.infloop.core.internal.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** Names of the live file and the rotated ones: {@code audit.jsonl}, then {@code audit.1.jsonl} (newest) and so on. */
final class AuditFiles {
    private final Path directory;
    private final int maxRotated;

    AuditFiles(Path directory, int maxRotated) {
        this.directory = directory;
        this.maxRotated = maxRotated;
    }

    Path live() {
        return directory.resolve("audit.jsonl");
    }

    Path lock() {
        return directory.resolve("lock");
    }

    Path rotated(int number) {
        return directory.resolve("audit." + number + ".jsonl");
    }

    /** Existing files, newest first. */
    List<Path> newestFirst() {
        List<Path> files = new ArrayList<>();
        if (Files.isRegularFile(live())) {
            files.add(live());
        }
        for (int number = 1; number <= maxRotated && Files.isRegularFile(rotated(number)); number++) {
            files.add(rotated(number));
        }
        return files;
    }

    /** Makes room for a new live file; the oldest one beyond the limit goes. */
    void rotate() throws IOException {
        int last = 1;
        while (last < maxRotated && Files.exists(rotated(last))) {
            last++;
        }
        for (int number = last; number > 1; number--) {
            if (Files.exists(rotated(number - 1))) {
                Files.move(rotated(number - 1), rotated(number), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Files.move(live(), rotated(1), StandardCopyOption.REPLACE_EXISTING);
    }
}
