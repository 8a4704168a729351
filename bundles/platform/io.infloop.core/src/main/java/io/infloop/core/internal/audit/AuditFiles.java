package io.infloop.core.internal.audit;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of the live file and the rotated ones: {@code audit.jsonl}, then {@code audit.1.jsonl} (newest) and so on. */
final class AuditFiles {
    private static final Pattern ROTATED = Pattern.compile("audit\\.([1-9][0-9]{0,6})\\.jsonl");

    private final Path directory;
    private final int maxRotated;

    AuditFiles(Path directory, int maxRotated) {
        this.directory = directory;
        this.maxRotated = maxRotated;
    }

    Path directory() {
        return directory;
    }

    Path live() {
        return directory.resolve("audit.jsonl");
    }

    Path lock() {
        return directory.resolve("lock");
    }

    private Path rotated(int number) {
        return directory.resolve("audit." + number + ".jsonl");
    }

    /** Existing files, newest first; a missing number hides nothing behind it. */
    List<Path> newestFirst() throws IOException {
        List<Path> files = new ArrayList<>();
        if (Files.isRegularFile(live(), LinkOption.NOFOLLOW_LINKS)) {
            files.add(live());
        }
        files.addAll(rotated().values());
        return files;
    }

    /** What the next {@link #rotate} deletes, oldest first. */
    List<Path> due() throws IOException {
        SortedMap<Integer, Path> found = rotated();
        List<Path> due = new ArrayList<>();
        // A hole takes what is moved up.
        if (found.size() >= maxRotated || (!found.isEmpty() && found.lastKey() > maxRotated)) {
            found.forEach((number, file) -> {
                if (number >= maxRotated) {
                    due.add(0, file);
                }
            });
        }
        return due;
    }

    /** Makes room for a new live file; the oldest ones beyond the limit go. */
    void rotate() throws IOException {
        for (Path oldest : due()) {
            Files.deleteIfExists(oldest);
        }
        SortedMap<Integer, Path> found = rotated();
        int hole = 1;
        while (found.containsKey(hole)) {
            hole++;
        }
        for (int number = hole; number > 1; number--) {
            Files.move(rotated(number - 1), rotated(number), StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(live(), rotated(1), StandardCopyOption.ATOMIC_MOVE);
    }

    private SortedMap<Integer, Path> rotated() throws IOException {
        SortedMap<Integer, Path> found = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "audit.*.jsonl")) {
            for (Path file : files) {
                Matcher name = ROTATED.matcher(file.getFileName().toString());
                if (name.matches() && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    found.put(Integer.valueOf(name.group(1)), file);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException none) {
            return found;
        }
        return found;
    }
}
