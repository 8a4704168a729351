package io.infloop.core.internal.instance;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
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
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Prepares the directory that holds everything the server writes. */
public final class DataDirectory {
    /** Raised when a version cannot read what an older one wrote. */
    static final int FORMAT = 1;

    private static final Logger LOGGER = LoggerFactory.getLogger(DataDirectory.class);
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    /** Opened by their names and written where they are, so that a link would lead the server out. */
    private static final List<String> FILES = List.of(
            "store.db",
            "store.db-wal",
            "store.db-shm",
            "store.db-journal",
            "store.lock",
            "audit/audit.jsonl",
            "audit/lock");

    /** Looked at before a start gives up on tightening; a bigger history of runs is told of in the log. */
    private static final int MAX_ENTRIES = 200_000;
    /** Below each directory of ours: {@code runs/<workflowId>/<runId>.jsonl} and one more. */
    private static final int LEVELS = 2;

    private final Settings settings;
    private final String version;
    private final int maxEntries;

    public DataDirectory(Settings settings, String version) {
        this(settings, version, MAX_ENTRIES);
    }

    DataDirectory(Settings settings, String version, int maxEntries) {
        this.settings = settings;
        this.version = version;
        this.maxEntries = maxEntries;
    }

    /**
     * Makes what is missing and takes away what other users may do in it. Only what lies in the data directory is changed: a directory
     * elsewhere that a setting names belongs to whoever named it.
     *
     * @return what to note in the audit, once there is one
     * @throws Refusal if it cannot be written, a newer version wrote it, or a symbolic link leads out of it
     */
    public Optional<AuditEvent> prepare() {
        Path data = settings.dataDirectory();
        try {
            AtomicFiles.createOwnerOnlyDirectories(data);
            checkFormat();
            List<Path> tree = List.of(
                    data.resolve("pids"),
                    data.resolve("audit"),
                    data.resolve("instances"),
                    data.resolve("active-runs"),
                    data.resolve("secrets"),
                    data.resolve("secrets").resolve("plugins"),
                    settings.workflowsDirectory(),
                    settings.triggersDirectory(),
                    settings.connectionsDirectory(),
                    settings.pluginsDirectory(),
                    settings.providersDirectory(),
                    settings.webhookPluginsDirectory(),
                    // Last, because it may hold more files than are looked at.
                    settings.runsDirectory());
            tree.forEach(this::refuseLinks);
            FILES.forEach(file -> refuseLinks(data.resolve(file)));
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
            warnOfOpenSecrets();
            return tighten(tree);
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
        refuseLinks(file);
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

    private void refuseLinks(Path path) {
        Path data = settings.dataDirectory();
        if (!path.startsWith(data)) {
            return;
        }
        for (Path part = path; !part.equals(data); part = part.getParent()) {
            if (Files.isSymbolicLink(part)) {
                throw new Refusal(
                        "data-directory-link",
                        part + " is a symbolic link, and the server writes nowhere but in its data directory; put a"
                                + " directory or file in its place, or name another place with a setting such as"
                                + " INFLOOP_RUNS_DIR");
            }
        }
    }

    private Optional<AuditEvent> tighten(List<Path> tree) throws IOException {
        Path data = settings.dataDirectory();
        Path instances = data.resolve("instances");
        PermissionSweep sweep = new PermissionSweep(Files.getOwner(data), maxEntries);
        sweep.tighten(data);
        sweep.sweepFiles(data);
        for (Path directory : tree) {
            if (directory.startsWith(data)) {
                sweep.tighten(directory, LinkOption.NOFOLLOW_LINKS);
                // What is in the directory of an instance belongs to that server, which may be at work.
                sweep.sweep(directory, directory.equals(instances) ? 0 : LEVELS);
            }
        }
        PermissionSweep.Result result = sweep.result();
        report(data, result);
        return result.tightened() ? Optional.of(event(result)) : Optional.empty();
    }

    private static void report(Path data, PermissionSweep.Result result) {
        if (result.tightened()) {
            LOGGER.warn(
                    "other users could use {} files and {} directories of {}; they are their owner's only now."
                            + " Replace the secrets in them if others may have read them",
                    result.files(),
                    result.directories(),
                    data);
        }
        if (result.links() > 0) {
            LOGGER.warn(
                    "{} symbolic links in {} are left alone; most are not followed either: put the files themselves there",
                    result.links(),
                    data);
        }
        if (result.untouchable() > 0) {
            LOGGER.warn(
                    "the permissions of {} files or directories of {} cannot be looked at or tightened; make them this"
                            + " user's",
                    result.untouchable(),
                    data);
        }
        if (!result.complete()) {
            LOGGER.warn("{} holds too many files to look at the permissions of all; chmod -R go= it", data);
        }
    }

    private static AuditEvent event(PermissionSweep.Result result) {
        return AuditEvent.of("permissions.tightened", Actor.SYSTEM)
                .with("files", result.files())
                .with("directories", result.directories())
                .build();
    }

    private void warnOfOpenSecrets() throws IOException {
        for (Path directory : List.of(settings.triggersDirectory(), settings.connectionsDirectory())) {
            if (!directory.startsWith(settings.dataDirectory())
                    && !OWNER_ONLY.containsAll(Files.getPosixFilePermissions(directory))) {
                LOGGER.warn("{} holds secrets and is open to other users; chmod 0700 it", directory);
            }
        }
    }
}
