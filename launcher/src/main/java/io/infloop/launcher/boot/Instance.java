package io.infloop.launcher.boot;

import io.infloop.launcher.exit.CommandFailure;
import io.infloop.launcher.json.JsonText;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;

/**
 * The directory that one server needs alone: {@code <data>/instances/<id>}, of its owner only, removed at a clean stop. The file
 * {@code process.json} in it tells which process it belongs to.
 */
public final class Instance {
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<?> OWNER_ONLY_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final DateTimeFormatter ID_TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd't'HHmmss").withZone(ZoneOffset.UTC);
    private static final String PROCESS = "process.json";
    /** A directory without its process file may belong to a server that is starting at this moment. */
    private static final Duration STARTING = Duration.ofMinutes(1);

    private final String id;
    private final Path instances;
    /** Outermost first. */
    private final List<Path> made = new ArrayList<>();

    private Instance(String id, Path instances) {
        this.id = id;
        this.instances = instances;
    }

    /**
     * Makes the data directory where it is missing, removes what dead servers left, and makes a new instance directory.
     *
     * @throws CommandFailure if the data directory cannot be written
     */
    public static Instance create(Path dataDirectory, Clock clock) {
        Path instances = dataDirectory.resolve("instances");
        byte[] random = new byte[6];
        new SecureRandom().nextBytes(random);
        String id = ID_TIME.format(clock.instant()) + "-" + HexFormat.of().formatHex(random);
        Instance instance = new Instance(id, instances);
        try {
            instance.makeWithParents(dataDirectory);
            instance.makeWithParents(instances);
            requireNoLink(instances);
            removeDead(instances, clock);
            Files.createDirectory(instance.directory(), OWNER_ONLY);
            Path process = instance.directory().resolve(PROCESS);
            Files.createFile(process, OWNER_ONLY_FILE);
            Files.writeString(process, ProcessIdentity.current().toJson().toString());
            Files.createDirectory(instance.temporaryDirectory(), OWNER_ONLY);
            return instance;
        } catch (IOException unwritable) {
            instance.undoQuietly();
            throw CommandFailure.refusal(
                    "data-directory-not-writable",
                    "the data directory " + dataDirectory + " cannot be written (" + reason(unwritable)
                            + "); make it writable for this user or set INFLOOP_DATA_DIR",
                    unwritable);
        }
    }

    public String id() {
        return id;
    }

    public Path directory() {
        return instances.resolve(id);
    }

    public Path temporaryDirectory() {
        return directory().resolve("tmp");
    }

    /** Where the server says how it is reached, once it listens. */
    public Path descriptor() {
        return instances.resolve(id + ".json");
    }

    /** Removes the directory and the descriptor. */
    public void remove() throws IOException {
        Files.deleteIfExists(descriptor());
        removeTree(directory());
    }

    /** As if there had been no start: also removes the directories made for it, where they hold nothing else. */
    public void undo() throws IOException {
        remove();
        for (int i = made.size() - 1; i >= 0; i--) {
            try {
                Files.deleteIfExists(made.get(i));
            } catch (DirectoryNotEmptyException used) {
                return;
            }
        }
    }

    private void undoQuietly() {
        try {
            undo();
        } catch (IOException stays) {
            // What made the start fail says more.
        }
    }

    /** Removes a directory and everything in it; symbolic links are removed, never followed. */
    public static void removeTree(Path root) throws IOException {
        if (!Files.exists(root, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** The directory itself is of its owner only from its first instant; parents are made as the user's mask says. */
    private void makeWithParents(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Deque<Path> missing = new ArrayDeque<>();
        for (Path parent = directory.getParent();
                parent != null && !Files.exists(parent);
                parent = parent.getParent()) {
            missing.push(parent);
        }
        for (Path parent : missing) {
            make(parent);
        }
        make(directory, OWNER_ONLY);
    }

    private void make(Path directory, FileAttribute<?>... attributes) throws IOException {
        try {
            Files.createDirectory(directory, attributes);
            made.add(directory);
        } catch (FileAlreadyExistsException there) {
            // Another server may start on the same directory at this moment.
            if (!Files.isDirectory(directory)) {
                throw there;
            }
        }
    }

    /** What is old in there is removed, which must not happen where a link leads. */
    private static void requireNoLink(Path instances) {
        if (Files.isSymbolicLink(instances)) {
            throw CommandFailure.refusal(
                    "data-directory-link",
                    instances + " is a symbolic link, and the server removes and writes nothing outside of its data"
                            + " directory; put a directory in its place");
        }
    }

    private static void removeDead(Path instances, Clock clock) throws IOException {
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(instances, Files::isDirectory)) {
            for (Path directory : directories) {
                if (isDead(directory, clock)) {
                    Files.deleteIfExists(directory.resolveSibling(directory.getFileName() + ".json"));
                    removeTree(directory);
                }
            }
        }
    }

    private static boolean isDead(Path directory, Clock clock) throws IOException {
        Path file = directory.resolve(PROCESS);
        if (Files.isRegularFile(file)) {
            try {
                return !ProcessIdentity.from(JsonText.object(Files.readString(file)))
                        .map(ProcessIdentity::isAlive)
                        .orElse(false);
            } catch (IOException broken) {
                return isOld(directory, clock);
            }
        }
        return isOld(directory, clock);
    }

    private static boolean isOld(Path directory, Clock clock) throws IOException {
        return Files.getLastModifiedTime(directory)
                .toInstant()
                .isBefore(clock.instant().minus(STARTING));
    }

    private static String reason(IOException failure) {
        String message = failure.getMessage() == null ? "" : " " + failure.getMessage();
        return failure.getClass().getSimpleName() + message;
    }
}
