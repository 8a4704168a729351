package io.infloop.launcher.boot;

import io.infloop.launcher.exit.CommandFailure;
import io.infloop.launcher.json.JsonText;
import java.io.IOException;
import java.nio.file.DirectoryStream;
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
import java.util.HexFormat;

/**
 * The directory that one server needs alone: {@code <data>/instances/<id>}, of its owner only, removed at a clean stop. The file
 * {@code process.json} in it tells which process it belongs to.
 */
public final class Instance {
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final DateTimeFormatter ID_TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd't'HHmmss").withZone(ZoneOffset.UTC);
    private static final String PROCESS = "process.json";
    /** A directory without its process file may belong to a server that is starting at this moment. */
    private static final Duration STARTING = Duration.ofMinutes(1);

    private final String id;
    private final Path instances;

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
            createOwned(dataDirectory);
            createOwned(instances);
            removeDead(instances, clock);
            Files.createDirectory(instance.directory(), OWNER_ONLY);
            Files.writeString(
                    instance.directory().resolve(PROCESS),
                    ProcessIdentity.current().toJson().toString());
            Files.createDirectory(instance.temporaryDirectory(), OWNER_ONLY);
            return instance;
        } catch (IOException unwritable) {
            throw new CommandFailure(
                    CommandFailure.CONFIGURATION,
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

    private static void createOwned(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = directory.getParent();
        if (parent != null && !Files.exists(parent)) {
            Files.createDirectories(parent);
        }
        Files.createDirectory(directory, OWNER_ONLY);
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
