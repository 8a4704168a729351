package io.infloop.itests.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The assembled distribution under test, and the example plugins' jars. Paths come from the build. */
public final class Distribution {
    private Distribution() {}

    public static Path home() {
        return existing("infloop.test.home");
    }

    public static Path launchScript() {
        return home().resolve("bin/infloop");
    }

    /** The built jar of one of the example plugins, e.g. {@code io.infloop.example.signing}. */
    public static Path example(String module) {
        Path jar = existing("infloop.test.examples")
                .resolve(module)
                .resolve("target")
                .resolve(module + "-" + version() + ".jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException("not built: " + jar);
        }
        return jar;
    }

    public static String version() {
        return System.getProperty("infloop.test.version");
    }

    /** A new directory for a test below the build's target. */
    public static Path temporaryDirectory(String name) {
        try {
            Path parent = Path.of(System.getProperty("infloop.test.work"));
            Files.createDirectories(parent);
            return Files.createTempDirectory(parent, name + "-");
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    private static Path existing(String property) {
        Path path = Path.of(System.getProperty(property));
        if (!Files.isDirectory(path)) {
            throw new IllegalStateException(property + " is not a directory: " + path);
        }
        return path;
    }
}
