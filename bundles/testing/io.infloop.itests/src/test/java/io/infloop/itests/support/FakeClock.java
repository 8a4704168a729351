package io.infloop.itests.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The time of day of a server, set while it runs, as an administrator or NTP would: through libfaketime in its JVM only. The clock
 * that only goes forward is the system's own, as it is then.
 */
public final class FakeClock {
    private static final Path LIBRARIES = Path.of("/usr/lib");

    private final Path offset;
    private final Path javaHome;

    private FakeClock(Path offset, Path javaHome) {
        this.offset = offset;
        this.javaHome = javaHome;
    }

    /** Empty where libfaketime is not installed. @param directory for its files */
    public static Optional<FakeClock> in(Path directory) {
        try {
            Optional<Path> library = library();
            if (library.isEmpty()) {
                return Optional.empty();
            }
            Path home = directory.resolve("java-with-a-fake-clock");
            Files.createDirectories(home.resolve("bin"));
            Path real = Path.of(System.getProperty("java.home"));
            Files.copy(real.resolve("release"), home.resolve("release"), StandardCopyOption.REPLACE_EXISTING);
            Path offset = directory.resolve("offset");
            Path java = Files.writeString(
                    home.resolve("bin/java"),
                    """
                    #!/bin/sh
                    exec env LD_PRELOAD=%s FAKETIME_TIMESTAMP_FILE=%s FAKETIME_CACHE_DURATION=1 FAKETIME_FORCE_MONOTONIC_FIX=0 FAKETIME_DONT_FAKE_MONOTONIC=1 \\
                        DONT_FAKE_MONOTONIC=1 %s "$@"
                    """
                            .formatted(library.get(), offset, real.resolve("bin/java")));
            Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
            FakeClock clock = new FakeClock(offset, home);
            clock.shift("+0");
            return Optional.of(clock);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Optional<Path> library() throws IOException {
        try (Stream<Path> found =
                Files.find(LIBRARIES, 3, (path, attributes) -> path.endsWith("faketime/libfaketimeMT.so.1"))) {
            return found.findFirst();
        }
    }

    /** @param by from the real time, as in {@code +1d} */
    public void shift(String by) {
        try {
            Path next = offset.resolveSibling("offset.next");
            Files.writeString(next, by + "\n");
            Files.move(next, offset, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** For {@code JAVA_HOME}. */
    public Path javaHome() {
        return javaHome;
    }
}
