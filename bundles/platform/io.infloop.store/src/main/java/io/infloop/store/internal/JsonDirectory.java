package io.infloop.store.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.json.Jsons;
import io.infloop.spi.Registration;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.WorkflowStore.FileProblem;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The JSON files of one directory in memory, read again when they change. A file that became unreadable keeps its last good value.
 * Reads do not block; everything else is serialised. Ids come checked: they are file names without {@code .json}.
 */
final class JsonDirectory<T> {
    private static final Logger LOG = LoggerFactory.getLogger(JsonDirectory.class);
    static final int MAX_FILES = 10_000;
    private static final int LOOKS_PER_SECOND = 50;
    private static final int MAX_PROBLEM_LENGTH = 300;
    /** A file that changed so recently may change again without a new time stamp. */
    private static final long UNSETTLED_MILLIS = 2_000;

    private record Stamp(FileTime modified, long size, String key) {
        static Stamp of(BasicFileAttributes attributes) {
            return new Stamp(attributes.lastModifiedTime(), attributes.size(), String.valueOf(attributes.fileKey()));
        }

        long modifiedAt() {
            return modified.toMillis();
        }
    }

    private record Entry<T>(Stamp stamp, boolean settled, String digest, Optional<T> value, Optional<String> problem) {}

    private final StoreDirectory disk;
    private final Clock clock;
    private final FileKind<T> kind;
    private final Function<String, Optional<T>> inherited;
    private final int maxFiles;
    private final LookLimit looks;
    private final Map<String, Entry<T>> entries = new ConcurrentHashMap<>();
    /** What to close when a value goes, by id. */
    private final Map<String, Registration> uses = new HashMap<>();
    /** Read out of turn, to be told with the next round. */
    private final Set<String> found = new HashSet<>();

    private volatile Optional<String> directoryProblem = Optional.empty();
    private volatile boolean everRead;

    /** @param maxFiles how many files are used, and the most that may be saved */
    JsonDirectory(StoreDirectory disk, int maxFiles, Clock clock, FileKind<T> kind) {
        this(disk, maxFiles, clock, kind, id -> Optional.empty());
    }

    /** @param inherited the last good value of a file that is new and cannot be used */
    JsonDirectory(
            StoreDirectory disk, int maxFiles, Clock clock, FileKind<T> kind, Function<String, Optional<T>> inherited) {
        this.disk = disk;
        this.maxFiles = maxFiles;
        looks = new LookLimit(LOOKS_PER_SECOND, clock);
        this.clock = clock;
        this.kind = kind;
        this.inherited = inherited;
    }

    Optional<T> find(String id) {
        Entry<T> entry = entries.get(id);
        return entry == null ? Optional.empty() : entry.value();
    }

    /**
     * As {@link #find}, but what is not in memory may have been written by another server a moment ago: its file is looked for, at
     * most so often in a second that ids at random do not become disk load.
     */
    Optional<T> findOrLook(String id) {
        Optional<T> known = find(id);
        if (known.isPresent() || entries.containsKey(id) || !looks.tryLook() || !disk.exists(id)) {
            return known;
        }
        synchronized (this) {
            if (hasRoomFor(id) && read(id)) {
                found.add(id);
            }
        }
        return find(id);
    }

    private boolean hasRoomFor(String id) {
        return entries.containsKey(id) || entries.size() < maxFiles;
    }

    List<T> values() {
        return entries.values().stream()
                .flatMap(entry -> entry.value().stream())
                .toList();
    }

    String suffix() {
        return disk.suffix();
    }

    /** Whether there is a file, be it one that cannot be used. */
    boolean holds(String id) {
        return entries.containsKey(id);
    }

    /** Whether the file as it is on disk could not be used. */
    boolean isBroken(String id) {
        Entry<T> entry = entries.get(id);
        return entry != null && entry.problem().isPresent();
    }

    /** False until the directory could be read once. */
    boolean isUsable() {
        return everRead;
    }

    List<FileProblem> problems() {
        List<FileProblem> problems = new java.util.ArrayList<>();
        directoryProblem.ifPresent(reason -> problems.add(new FileProblem(disk.name(), reason)));
        entries.entrySet().stream()
                .filter(entry -> entry.getValue().problem().isPresent())
                .map(entry -> new FileProblem(
                        kind.shownName().apply(entry.getKey()) + disk.suffix(),
                        entry.getValue().problem().orElse("")
                                + (entry.getValue().value().isPresent() ? "; its last good content is in use" : "")))
                .sorted(Comparator.comparing(FileProblem::file))
                .forEach(problems::add);
        return problems;
    }

    /** Reads what changed. A missing directory is an empty one. @return the ids whose value changed */
    synchronized Set<String> refresh() {
        Set<String> present = new HashSet<>();
        Set<String> changed = new HashSet<>(found);
        found.clear();
        boolean tooMany = false;
        try {
            for (String id : disk.list().keySet()) {
                if (!hasRoomFor(id)) {
                    tooMany = true;
                    continue;
                }
                present.add(id);
                if (read(id)) {
                    changed.add(id);
                }
            }
            directoryProblem = tooMany
                    ? Optional.of("holds more than " + maxFiles + " files; the others are not used")
                    : Optional.empty();
        } catch (NoSuchFileException missing) {
            directoryProblem = Optional.empty();
        } catch (NotDirectoryException notDirectory) {
            directoryProblem = Optional.of("is not a directory but a file or a symbolic link; move it away");
            return changed;
        } catch (IOException unreadable) {
            directoryProblem = Optional.of(
                    "cannot be read (" + unreadable.getClass().getSimpleName() + "); check its owner and permissions");
            return changed;
        }
        everRead = true;
        for (String id : Set.copyOf(entries.keySet())) {
            // A listing may miss a file that is being replaced by another server at this moment; so it is looked for by
            // name.
            if (!present.contains(id) && refresh(id)) {
                changed.add(id);
            }
        }
        return changed;
    }

    /** Reads one file again if it changed. @return whether its value changed */
    synchronized boolean refresh(String id) {
        return disk.exists(id) ? read(id) : forget(id);
    }

    /**
     * Replaces the file and its value.
     *
     * @throws InfloopException if the directory is full: what is written now would not be read after a restart
     */
    synchronized Optional<T> write(String id, byte[] content) throws IOException {
        if (!hasRoomFor(id)) {
            throw StoreErrors.full(disk.name(), maxFiles);
        }
        disk.write(id, content);
        read(id);
        return find(id);
    }

    /** As {@link #write}, unless the file is no longer the one that was read. */
    synchronized boolean writeIfUnchanged(String id, byte[] content) throws IOException {
        Entry<T> entry = entries.get(id);
        try {
            if (entry == null || !entry.stamp().equals(Stamp.of(disk.attributes(id)))) {
                return false;
            }
        } catch (NoSuchFileException gone) {
            return false;
        }
        write(id, content);
        return true;
    }

    /** @return false if there was no file */
    synchronized boolean delete(String id) throws IOException {
        boolean existed = disk.delete(id);
        forget(id);
        return existed;
    }

    /**
     * Makes the directory ready to be written, as far as it can be: a failure is logged.
     *
     * @param what is kept in it, e.g. {@code triggers}
     */
    void prepare(String what) {
        try {
            disk.create();
        } catch (IOException uncreatable) {
            LOG.error("The {} directory cannot be created; saving will fail", what, uncreatable);
        }
        disk.reapTemporaryFiles(clock);
    }

    /** Ends the use of all values. */
    synchronized void close() {
        uses.values().forEach(Registration::close);
        uses.clear();
    }

    private boolean forget(String id) {
        Entry<T> removed = entries.remove(id);
        release(uses.remove(id));
        return removed != null && removed.value().isPresent();
    }

    private void keep(String id, T value, Entry<T> entry) {
        Registration before = uses.put(id, kind.inUse().apply(value));
        entries.put(id, entry);
        release(before);
    }

    private static void release(Registration use) {
        if (use != null) {
            use.close();
        }
    }

    private boolean read(String id) {
        Optional<Entry<T>> before = Optional.ofNullable(entries.get(id));
        Optional<T> lastGood = before.isPresent() ? before.get().value() : inherited.apply(id);
        Stamp stamp = null;
        boolean settled = false;
        String digest = "";
        try {
            // The stamp is taken before the content: whatever is written in between shows up in the next round.
            BasicFileAttributes attributes = disk.attributes(id);
            stamp = Stamp.of(attributes);
            settled = clock.millis() - stamp.modifiedAt() > UNSETTLED_MILLIS;
            if (before.isPresent()
                    && before.get().settled()
                    && stamp.equals(before.get().stamp())) {
                return false;
            }
            if (!kind.isId().test(id)) {
                throw new RefusedFileException("its name is not a valid id; rename it");
            }
            byte[] content = disk.content(id, attributes, kind.maxBytes());
            digest = digest(content);
            if (before.isPresent() && digest.equals(before.get().digest())) {
                entries.put(
                        id,
                        new Entry<>(
                                stamp, settled, digest, lastGood, before.get().problem()));
                return false;
            }
            T value = kind.parser().parse(id, object(content), stamp.modifiedAt());
            keep(id, value, new Entry<>(stamp, settled, digest, Optional.of(value), Optional.empty()));
            return true;
        } catch (NoSuchFileException gone) {
            return forget(id);
        } catch (RefusedFileException refused) {
            refuse(id, new Entry<>(stamp, settled, digest, lastGood, Optional.of(bounded(refused.getMessage()))));
        } catch (IOException unreadable) {
            refuse(
                    id,
                    new Entry<>(
                            stamp,
                            false,
                            "",
                            lastGood,
                            Optional.of("cannot be read ("
                                    + unreadable.getClass().getSimpleName() + "); check its owner and permissions")));
        }
        return false;
    }

    /** A value that was inherited comes into use here. */
    private void refuse(String id, Entry<T> entry) {
        if (entry.value().isPresent() && !uses.containsKey(id)) {
            keep(id, entry.value().get(), entry);
        } else {
            entries.put(id, entry);
        }
    }

    private static JsonObject object(byte[] content) throws RefusedFileException {
        try {
            JsonNode node = Jsons.MAPPER.readTree(content);
            if (node == null || !node.isObject()) {
                throw new RefusedFileException("does not hold a JSON object");
            }
            return Jsons.object(node);
        } catch (JsonProcessingException notJson) {
            throw new RefusedFileException("is not JSON: " + Jsons.reason(notJson));
        } catch (IOException | IllegalArgumentException | InfloopException notJson) {
            throw new RefusedFileException("is not JSON that can be used");
        }
    }

    private static String bounded(String text) {
        return text.length() <= MAX_PROBLEM_LENGTH ? text : text.substring(0, MAX_PROBLEM_LENGTH) + "…";
    }

    private static String digest(byte[] content) {
        try {
            return java.util.HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
