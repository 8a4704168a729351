package io.infloop.store.sqlite.internal;

import io.infloop.core.error.InfloopException;
import io.infloop.core.file.AtomicFiles;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteDataSource;

/** The file {@code store.db}: its mode, its settings, its health at start, and the connections to it. */
final class Database implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    private static final List<String> FILES = List.of("store.db", "store.db-wal", "store.db-shm");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);
    /** Reading all of a larger one would delay the start for too long. */
    private static final long MAX_CHECKED_BYTES = 256L * 1024 * 1024;

    private static final Duration MAX_SALVAGE = Duration.ofSeconds(30);

    private static final List<String> NEW_FILE = List.of(
            "PRAGMA page_size=4096",
            // Without effect after journal_mode=WAL.
            "PRAGMA auto_vacuum=INCREMENTAL");
    private static final List<String> SETTINGS = List.of(
            // An acknowledgement needs a sync; NORMAL loses commits at a power cut.
            "PRAGMA synchronous=FULL",
            "PRAGMA busy_timeout=5000",
            "PRAGMA foreign_keys=ON",
            "PRAGMA wal_autocheckpoint=4000",
            "PRAGMA journal_size_limit=67108864",
            "PRAGMA cache_size=-16000",
            "PRAGMA temp_store=MEMORY");

    private final Path directory;
    private final DatabaseUse use;
    private Optional<Path> movedAside = Optional.empty();

    private Database(Path directory, DatabaseUse use) {
        this.directory = directory;
        this.use = use;
    }

    /**
     * Creates, checks and migrates the database. A damaged one is moved aside; a new one, with what could be read, takes its place.
     *
     * @throws InfloopException {@code STORE_UNAVAILABLE} with what to do
     */
    static Database open(StoreConfig config) {
        Path directory = config.dataDirectory();
        DatabaseUse use = null;
        try {
            NativeLibrary.prepare(config.instanceDirectory());
            AtomicFiles.createOwnerOnlyDirectories(directory);
            use = DatabaseUse.enter(directory.resolve("store.lock"));
            Database database = new Database(directory, use);
            database.start(config.clock());
            return database;
        } catch (IOException unwritable) {
            closeQuietly(use);
            throw SqliteErrors.unavailable(
                    "the data directory " + directory + " cannot be used ("
                            + unwritable.getClass().getSimpleName() + "); check its owner, permissions and free space",
                    unwritable);
        } catch (SQLException unusable) {
            closeQuietly(use);
            // The driver wraps what happened while it loaded its library and gives no code.
            throw unusable.getErrorCode() == 0 && unusable.getCause() != null
                    ? noLibrary(config, unusable)
                    : SqliteErrors.unavailable(
                            "store.db in " + directory + " cannot be opened: " + SqliteErrors.reason(unusable),
                            unusable);
        } catch (LinkageError notLoaded) {
            closeQuietly(use);
            throw noLibrary(config, notLoaded);
        } catch (RuntimeException failure) {
            closeQuietly(use);
            throw failure;
        }
    }

    private static InfloopException noLibrary(StoreConfig config, Throwable cause) {
        return SqliteErrors.unavailable(
                "SQLite's native library cannot be loaded; the file system of " + config.instanceDirectory()
                        + " must allow programs to run (not noexec), or name another folder with -Dorg.sqlite.tmpdir",
                cause);
    }

    private static void closeQuietly(DatabaseUse use) {
        try {
            if (use != null) {
                use.close();
            }
        } catch (IOException ignored) {
            // What is reported is why the database could not be opened.
            return;
        }
    }

    private void start(Clock clock) throws IOException, SQLException {
        try {
            check();
        } catch (SQLException damaged) {
            if (!SqliteErrors.isCorrupt(damaged)) {
                throw damaged;
            }
            Path moved = moveAside(clock);
            check();
            salvage(moved);
        }
    }

    private void check() throws IOException, SQLException {
        createFile();
        try (WriterSession session = openWriter()) {
            if (Files.size(file()) <= MAX_CHECKED_BYTES) {
                Optional<String> found = session.queryOne("PRAGMA quick_check(1)", row -> row.getString(1));
                if (!found.equals(Optional.of("ok"))) {
                    throw new SQLException("quick_check: " + found.orElse("no answer"), null, 11);
                }
            }
            Schema.migrate(session, Schema.Dialect.SQLITE);
        }
    }

    /** SQLite gives its side files the mode of the database; the umask, which children inherit, stays what it is. */
    private void createFile() throws IOException {
        AtomicFiles.createOwnerOnly(file());
        for (String name : FILES) {
            Path file = directory.resolve(name);
            if (Files.exists(file)
                    && FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            }
        }
    }

    private Path moveAside(Clock clock) throws IOException, SQLException {
        String suffix = ".corrupt-" + TIME.format(clock.instant());
        boolean moved = use.runAlone(() -> {
            for (String name : FILES) {
                Path file = directory.resolve(name);
                if (Files.exists(file)) {
                    Files.move(file, directory.resolve("store.db" + suffix + name.substring("store.db".length())));
                }
            }
        });
        if (!moved) {
            throw SqliteErrors.unavailable(
                    "store.db in " + directory
                            + " is damaged, and another server uses it; stop all servers of this data directory, then start again",
                    null);
        }
        Path target = directory.resolve("store.db" + suffix);
        movedAside = Optional.of(target);
        LOG.error("store.db WAS DAMAGED and has been moved to {}; nothing was deleted", target);
        return target;
    }

    /** The server starts with whatever could be read; the moved file stays as it is. */
    private void salvage(Path moved) {
        Salvage.Outcome outcome;
        try (WriterSession target = openWriter()) {
            outcome = Salvage.run(moved, target, MAX_SALVAGE);
        } catch (SQLException failure) {
            LOG.error("NOT EVERYTHING COULD BE TAKEN OVER from {}: {}", moved, SqliteErrors.reason(failure), failure);
            return;
        } catch (RuntimeException failure) {
            LOG.error("NOT EVERYTHING COULD BE TAKEN OVER from {}", moved, failure);
            return;
        }
        LOG.error(
                "Taken over from {}: {} waiting items, {} runs, {} delivery keys. Not readable: at least {} waiting items,"
                        + " {} runs, {} delivery keys{}",
                moved,
                outcome.items().taken(),
                outcome.runs().taken(),
                outcome.deliveries().taken(),
                outcome.items().skipped(),
                outcome.runs().skipped(),
                outcome.deliveries().skipped(),
                outcome.complete() ? "" : "; the time was up before all had been read");
    }

    /** Where the damaged database of this start went, if there was one. */
    Optional<Path> movedAside() {
        return movedAside;
    }

    WriterSession openWriter() throws SQLException {
        return new WriterSession(connect());
    }

    SqlSession openReader() throws SQLException {
        SqlSession session = new SqlSession(connect());
        session.update("PRAGMA query_only=ON");
        return session;
    }

    private Connection connect() throws SQLException {
        SQLiteDataSource source = new SQLiteDataSource();
        source.setUrl("jdbc:sqlite:" + file());
        Connection connection = source.getConnection();
        try (Statement statement = connection.createStatement()) {
            if (file().toFile().length() == 0) {
                for (String pragma : NEW_FILE) {
                    statement.execute(pragma);
                }
            }
            try (ResultSet mode = statement.executeQuery("PRAGMA journal_mode=WAL")) {
                if (!mode.next() || !"wal".equalsIgnoreCase(mode.getString(1))) {
                    throw new SQLException("no write-ahead log", null, 14);
                }
            }
            for (String pragma : SETTINGS) {
                statement.execute(pragma);
            }
            return connection;
        } catch (SQLException failure) {
            connection.close();
            throw failure;
        }
    }

    private Path file() {
        return directory.resolve("store.db");
    }

    @Override
    public void close() {
        closeQuietly(use);
    }
}
