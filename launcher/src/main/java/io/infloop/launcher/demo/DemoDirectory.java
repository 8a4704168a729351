package io.infloop.launcher.demo;

import io.infloop.launcher.exit.CommandFailure;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a demonstration leaves behind. The agent works beside the server's data: what it starts does not see the data directory.
 *
 * @param root everything is in it
 */
record DemoDirectory(Path root) {
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<?> OWNER_ONLY_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    /**
     * Makes the directories and an empty log.
     *
     * @param chosen new or empty; a temporary one if there is none
     * @throws CommandFailure if it cannot be used
     */
    static DemoDirectory create(Optional<Path> chosen) {
        try {
            DemoDirectory created = new DemoDirectory(chosen.isPresent() ? chosen(chosen.get()) : temporary());
            Files.createDirectory(created.data(), OWNER_ONLY);
            Files.createDirectory(created.data().resolve("providers"), OWNER_ONLY);
            Files.createDirectory(created.workspace(), OWNER_ONLY);
            Files.createFile(created.log(), OWNER_ONLY_FILE);
            return created;
        } catch (IOException unwritable) {
            throw unwritable(chosen.orElse(Path.of(System.getProperty("java.io.tmpdir"))), unwritable);
        }
    }

    private static Path temporary() throws IOException {
        return Files.createTempDirectory("infloop-demo-").toRealPath();
    }

    private static Path chosen(Path directory) throws IOException {
        Path chosen = Files.createDirectories(directory).toRealPath();
        try (Stream<Path> content = Files.list(chosen)) {
            if (content.findAny().isPresent()) {
                throw new CommandFailure(CommandFailure.USAGE, chosen + " is not empty; choose a new directory");
            }
        }
        return chosen;
    }

    /** The server's data directory. */
    Path data() {
        return root.resolve("data");
    }

    /** Where the agent works. */
    Path workspace() {
        return root.resolve("workspace");
    }

    Path log() {
        return root.resolve("server.log");
    }

    /** Puts a provider into the server's folder. */
    void addProvider(String id, JsonObject manifest) {
        Path file = data().resolve("providers").resolve(id + ".json");
        try {
            Files.createFile(file, OWNER_ONLY_FILE);
            Files.writeString(file, manifest.toString());
        } catch (IOException unwritable) {
            throw unwritable(file, unwritable);
        }
    }

    private static CommandFailure unwritable(Path path, IOException cause) {
        return new CommandFailure(
                CommandFailure.CONFIGURATION, path + " cannot be written: " + cause.getMessage(), cause);
    }
}
