package io.infloop.store.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.file.AtomicFiles;
import io.infloop.core.json.Jsons;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.WorkflowStore.FileProblem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * The JSON files of one directory in memory, read again when they change. A file that became unreadable keeps its last good value.
 * Reads do not block; everything else is serialised. Ids come checked: they are file names without {@code .json}.
 */
final class JsonDirectory<T> {
    private static final String SUFFIX = ".json";
    static final int MAX_FILES = 10_000;
    private static final int LOOKS_PER_SECOND = 50;
    private static final int MAX_PROBLEM_LENGTH = 300;
    /** A file that changed so recently may change again without a new time stamp. */
    private static final long UNSETTLED_MILLIS = 2_000;

    private static final long ABANDONED_MILLIS = 10 * 60_000;

    /** Turns a document into what is kept in memory. */
    interface Parser<T> {
        T parse(String id, JsonObject document, long modifiedAt) throws RefusedFileException;
    }

    private record Stamp(FileTime modified, long size, String key) {
        static Stamp of(BasicFileAttributes attributes) {
            return new Stamp(attributes.lastModifiedTime(), attributes.size(), String.valueOf(attributes.fileKey()));
        }

        long modifiedAt() {
            return modified.toMillis();
        }
    }

    private record Entry<T>(Stamp stamp, boolean settled, String digest, Optional<T> value, Optional<String> problem) {}

    private final Path directory;
    private final long maxBytes;
    private final Clock clock;
    private final UnaryOperator<String> shownName;
    private final Parser<T> parser;
    private final java.util.function.Predicate<String> isId;
    private final int maxFiles;
    private final LookLimit looks;
    private final Map<String, Entry<T>> entries = new ConcurrentHashMap<>();
    /** Read out of turn, to be told with the next round. */
    private final Set<String> found = new HashSet<>();

    private volatile Optional<String> directoryProblem = Optional.empty();
    private volatile boolean everRead;

    /**
     * @param maxFiles how many files are used, and the most that may be saved
     * @param shownName how an id appears in problems
     */
    JsonDirectory(
            Path directory,
            long maxBytes,
            int maxFiles,
            Clock clock,
            java.util.function.Predicate<String> isId,
            UnaryOperator<String> shownName,
            Parser<T> parser) {
        this.directory = directory.toAbsolutePath().normalize();
        this.maxBytes = maxBytes;
        this.maxFiles = maxFiles;
        looks = new LookLimit(LOOKS_PER_SECOND, clock);
        this.clock = clock;
        this.isId = isId;
        this.shownName = shownName;
        this.parser = parser;
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
        if (known.isPresent() || entries.containsKey(id) || !looks.tryLook() || !Files.exists(file(id))) {
            return known;
        }
        synchronized (this) {
            if (hasRoomFor(id) && read(id, file(id))) {
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
        directoryProblem.ifPresent(
                reason -> problems.add(new FileProblem(String.valueOf(directory.getFileName()), reason)));
        entries.entrySet().stream()
                .filter(entry -> entry.getValue().problem().isPresent())
                .map(entry -> new FileProblem(
                        shownName.apply(entry.getKey()) + SUFFIX,
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
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                String id = name.substring(0, name.length() - SUFFIX.length());
                if (!hasRoomFor(id)) {
                    tooMany = true;
                    continue;
                }
                present.add(id);
                if (read(id, file)) {
                    changed.add(id);
                }
            }
            directoryProblem = tooMany
                    ? Optional.of("holds more than " + maxFiles + " files; the others are not used")
                    : Optional.empty();
        } catch (NoSuchFileException missing) {
            directoryProblem = Optional.empty();
        } catch (NotDirectoryException notDirectory) {
            directoryProblem = Optional.of("is not a directory; move the file away");
            return changed;
        } catch (IOException | DirectoryIteratorException unreadable) {
            directoryProblem = Optional.of(
                    "cannot be read (" + unreadable.getClass().getSimpleName() + "); check its owner and permissions");
            return changed;
        }
        everRead = true;
        for (String id : Set.copyOf(entries.keySet())) {
            if (!present.contains(id) && forget(id)) {
                changed.add(id);
            }
        }
        return changed;
    }

    /** Reads one file again if it changed. @return whether its value changed */
    synchronized boolean refresh(String id) {
        Path file = file(id);
        return Files.exists(file) ? read(id, file) : forget(id);
    }

    /**
     * Replaces the file and its value.
     *
     * @throws InfloopException if the directory is full: what is written now would not be read after a restart
     */
    synchronized Optional<T> write(String id, byte[] content) throws IOException {
        if (!hasRoomFor(id)) {
            throw StoreErrors.full(String.valueOf(directory.getFileName()), maxFiles);
        }
        AtomicFiles.createOwnerOnlyDirectories(directory);
        AtomicFiles.write(file(id), content);
        read(id, file(id));
        return find(id);
    }

    /** As {@link #write}, unless the file is no longer the one that was read. */
    synchronized boolean writeIfUnchanged(String id, byte[] content) throws IOException {
        Entry<T> entry = entries.get(id);
        try {
            if (entry == null
                    || !entry.stamp().equals(Stamp.of(Files.readAttributes(file(id), BasicFileAttributes.class)))) {
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
        boolean existed = Files.deleteIfExists(file(id));
        forget(id);
        return existed;
    }

    /** Deletes temporary files that a server which died left behind, never one that may still be written. */
    synchronized void reapTemporaryFiles() {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX + ".*.tmp")) {
            for (Path file : files) {
                if (clock.millis() - Files.getLastModifiedTime(file).toMillis() > ABANDONED_MILLIS) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException | DirectoryIteratorException ignored) {
            // Nothing depends on it; the next start tries again.
        }
    }

    private boolean forget(String id) {
        Entry<T> removed = entries.remove(id);
        return removed != null && removed.value().isPresent();
    }

    private Path file(String id) {
        Path file = directory.resolve(id + SUFFIX).normalize();
        if (!directory.equals(file.getParent())) {
            throw new IllegalArgumentException("not a file name");
        }
        return file;
    }

    private boolean read(String id, Path file) {
        Optional<Entry<T>> before = Optional.ofNullable(entries.get(id));
        Optional<T> lastGood = before.flatMap(Entry::value);
        Stamp stamp = null;
        boolean settled = false;
        String digest = "";
        try {
            // The stamp is taken before the content: whatever is written in between shows up in the next round.
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            stamp = Stamp.of(attributes);
            settled = clock.millis() - stamp.modifiedAt() > UNSETTLED_MILLIS;
            if (before.isPresent()
                    && before.get().settled()
                    && stamp.equals(before.get().stamp())) {
                return false;
            }
            byte[] content = content(id, file, attributes);
            digest = digest(content);
            if (before.isPresent() && digest.equals(before.get().digest())) {
                entries.put(
                        id,
                        new Entry<>(
                                stamp, settled, digest, lastGood, before.get().problem()));
                return false;
            }
            T value = parser.parse(id, object(content), stamp.modifiedAt());
            entries.put(id, new Entry<>(stamp, settled, digest, Optional.of(value), Optional.empty()));
            return true;
        } catch (NoSuchFileException gone) {
            return forget(id);
        } catch (RefusedFileException refused) {
            entries.put(id, new Entry<>(stamp, settled, digest, lastGood, Optional.of(bounded(refused.getMessage()))));
        } catch (IOException unreadable) {
            entries.put(
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

    private byte[] content(String id, Path file, BasicFileAttributes attributes)
            throws IOException, RefusedFileException {
        if (!isId.test(id)) {
            throw new RefusedFileException("its name is not a valid id; rename it");
        }
        if (!attributes.isRegularFile()) {
            throw new RefusedFileException("is not a regular file");
        }
        try (InputStream input = Files.newInputStream(file)) {
            byte[] content = input.readNBytes(Math.toIntExact(maxBytes + 1));
            if (content.length > maxBytes) {
                throw new RefusedFileException("is larger than " + maxBytes + " bytes");
            }
            return content;
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
