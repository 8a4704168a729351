package io.infloop.host.internal.folder;

import io.infloop.host.internal.PlainText;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one folder was seen to hold, look by look. Not thread-safe. */
final class WatchedFiles {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedFiles.class);
    /** So many files of a folder are looked at. */
    static final int MAX_FILES = 2_000;

    private static final String IRREGULAR =
            "is not a regular file; put the plugin's file itself here, no folder, no pipe and no link to nothing";
    private static final String CROWDED = "holds more than " + MAX_FILES
            + " files; new ones beyond them are not looked at: move what is no plugin to another place";

    private final PluginFolder folder;
    private final Duration patience;
    private final Map<Path, Seen> files = new TreeMap<>();
    private boolean wasThere;
    private boolean complained;
    private boolean crowded;
    private boolean reportedCrowded;
    private boolean pending;

    /** @param patience how long an incomplete file that does not grow is waited for */
    WatchedFiles(PluginFolder folder, Duration patience) {
        this.folder = folder;
        this.patience = patience;
    }

    /** Whether another look is due soon. */
    boolean isPending() {
        return pending;
    }

    /** Looks at the folder: files that are whole and new or changed, in order; then those that are gone. */
    List<FileChange> look(long nanos) {
        pending = false;
        Optional<Set<Path>> listed = list();
        if (listed.isEmpty()) {
            return List.of();
        }
        List<FileChange> changes = new ArrayList<>();
        listed.get().stream()
                .sorted(Comparator.comparing((Path file) -> file.toString().endsWith(".json"))
                        .thenComparing(Path::getFileName))
                .forEach(file -> FileStamp.of(file).ifPresent(stamp -> examine(file, stamp, nanos, changes)));
        files.entrySet().removeIf(entry -> isGone(entry.getKey(), entry.getValue(), listed.get(), changes));
        reportCrowd(changes);
        return changes;
    }

    private void reportCrowd(List<FileChange> changes) {
        if (crowded && !reportedCrowded) {
            LOG.warn("{} {}", folder.path(), CROWDED);
            changes.add(new FileChange.Refused(folder.path(), CROWDED));
        } else if (!crowded && reportedCrowded) {
            changes.add(new FileChange.Gone(folder.path()));
        }
        reportedCrowded = crowded;
    }

    private void examine(Path file, FileStamp stamp, long nanos, List<FileChange> changes) {
        Seen seen = files.get(file);
        if (seen == null || !seen.stamp.equals(stamp)) {
            boolean reported = seen != null && seen.everReported;
            files.put(file, new Seen(stamp, nanos, reported));
            pending = true;
            return;
        }
        seen.missing = 0;
        if (seen.reported) {
            return;
        }
        if (stamp.regular() && !isWhole(file) && nanos - seen.since < patience.toNanos()) {
            pending = true;
            return;
        }
        seen.reported = true;
        seen.everReported = true;
        changes.add(stamp.regular() ? new FileChange.Found(folder, file) : new FileChange.Refused(file, IRREGULAR));
    }

    /** No file keeps the others from being looked at: one that cannot be judged here is refused where it is staged. */
    private static boolean isWhole(Path file) {
        try {
            return Completeness.isWhole(file);
        } catch (RuntimeException | Error defect) {
            LOG.error("{} could not be looked at", PlainText.of(file.toString()), defect);
            return true;
        }
    }

    private boolean isGone(Path file, Seen seen, Set<Path> listed, List<FileChange> changes) {
        if (listed.contains(file)) {
            return false;
        }
        if (seen.missing++ == 0) {
            // Replacing a file by removing it first must not look like a removal.
            pending = true;
            return false;
        }
        if (seen.everReported) {
            changes.add(new FileChange.Gone(file));
        }
        return true;
    }

    private Optional<Set<Path>> list() {
        Set<Path> found = new HashSet<>();
        NavigableSet<Path> unknown = new TreeSet<>();
        boolean tooMany = false;
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder.path())) {
            for (Path file : stream) {
                if (!folder.accepts(file.getFileName().toString())) {
                    continue;
                }
                if (files.containsKey(file)) {
                    found.add(file);
                } else {
                    unknown.add(file);
                    if (unknown.size() > MAX_FILES) {
                        tooMany = true;
                        unknown.pollLast();
                    }
                }
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException unreadable) {
            if (wasThere) {
                LOG.warn(
                        "The folder {} is gone or cannot be read; its plugins keep serving as they are until it is back",
                        folder.path());
            } else if (!complained && Files.exists(folder.path())) {
                complained = true;
                LOG.warn("{} is not a folder that can be read; make it one, it is looked at again", folder.path());
            }
            wasThere = false;
            return Optional.empty();
        }
        wasThere = true;
        complained = false;
        // A file that is known stays so for as long as it is there; the first of the others take the places left.
        int places = Math.max(0, MAX_FILES - found.size());
        crowded = tooMany || unknown.size() > places;
        unknown.stream().limit(places).forEach(found::add);
        return Optional.of(found);
    }

    /** A file as last seen. */
    private static final class Seen {
        private final FileStamp stamp;
        private final long since;
        private boolean reported;
        private boolean everReported;
        private int missing;

        Seen(FileStamp stamp, long since, boolean everReported) {
            this.stamp = stamp;
            this.since = since;
            this.everReported = everReported;
        }
    }
}
