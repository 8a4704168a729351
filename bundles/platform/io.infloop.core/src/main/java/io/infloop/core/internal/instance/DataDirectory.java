package io.infloop.core.internal.instance;

import io.infloop.core.file.AtomicFiles;
import io.infloop.core.internal.Refusal;
import io.infloop.core.settings.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Prepares the directory that holds everything the server writes. */
public final class DataDirectory {
    /** Raised when a version cannot read what an older one wrote. */
    static final int FORMAT = 1;

    private static final Logger LOGGER = LoggerFactory.getLogger(DataDirectory.class);
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private final Settings settings;
    private final String version;

    public DataDirectory(Settings settings, String version) {
        this.settings = settings;
        this.version = version;
    }

    /** @throws Refusal if it cannot be written, or a newer version wrote it */
    public void prepare() {
        Path data = settings.dataDirectory();
        try {
            AtomicFiles.createOwnerOnlyDirectories(data);
            tighten(data);
            checkFormat();
            List<Path> tree = List.of(
                    data.resolve("pids"),
                    data.resolve("audit"),
                    data.resolve("instances"),
                    data.resolve("active-runs"),
                    settings.workflowsDirectory(),
                    settings.triggersDirectory(),
                    settings.connectionsDirectory(),
                    settings.runsDirectory(),
                    settings.pluginsDirectory(),
                    settings.providersDirectory(),
                    settings.webhookPluginsDirectory());
            for (Path directory : tree) {
                AtomicFiles.createOwnerOnlyDirectories(directory);
                if (!Files.isDirectory(directory) || !Files.isWritable(directory)) {
                    throw new IOException(directory + " is not a writable directory");
                }
            }
            if (!Files.exists(data.resolve("FORMAT"))) {
                AtomicFiles.write(
                        data.resolve("FORMAT"),
                        (FORMAT + "\n" + "written by " + version + "\n").getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException unwritable) {
            throw new Refusal(
                    "data-directory-not-writable",
                    "the data directory " + data + " cannot be used (" + unwritable
                            + "); make it writable for this user, or name another with INFLOOP_DATA_DIR");
        }
    }

    /**
     * Reads only; a directory without the file is fine.
     *
     * @throws Refusal if a newer version wrote it, or the file is not what this program writes
     */
    public void checkFormat() {
        Path file = settings.dataDirectory().resolve("FORMAT");
        List<String> lines;
        try {
            if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                return;
            }
            lines = Files.size(file) > 4096 ? List.of() : Files.readAllLines(file);
        } catch (IOException unreadable) {
            throw new Refusal("data-format", file + " cannot be read; make the data directory readable for this user");
        }
        String number = lines.isEmpty() ? "" : lines.get(0).strip();
        if (!number.matches("[0-9]{1,9}")) {
            throw new Refusal(
                    "data-format",
                    file + " does not hold a format number; restore it from a backup, or name another data directory"
                            + " with INFLOOP_DATA_DIR");
        }
        int found = Integer.parseInt(number);
        if (found > FORMAT) {
            String writer = lines.size() > 1 ? lines.get(1).strip() : "written by an unknown version";
            throw new Refusal(
                    "data-format",
                    "the data directory " + settings.dataDirectory() + " has format " + found + " (" + writer
                            + "), this version " + version + " reads up to " + FORMAT
                            + "; start that version or a newer one");
        }
    }

    private static void tighten(Path data) throws IOException {
        Set<PosixFilePermission> found = Files.getPosixFilePermissions(data);
        if (!OWNER_ONLY.containsAll(found)) {
            Files.setPosixFilePermissions(data, OWNER_ONLY);
            LOGGER.warn(
                    "the data directory {} was open to other users ({}); it is 0700 now",
                    data,
                    PosixFilePermissions.toString(found));
        }
    }
}
