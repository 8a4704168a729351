package io.infloop.core.internal.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Tells by {@code /proc} in which process namespace a process lives. */
public final class PidNamespaces {
    private static final Path PROC = Path.of("/proc");

    private PidNamespaces() {}

    /** The name of the namespace; empty when the process is gone or not ours to look at. */
    public static Optional<String> of(long pid) {
        return link(PROC.resolve(Long.toString(pid)));
    }

    /** The name of our own namespace. */
    public static Optional<String> own() {
        return link(PROC.resolve("self"));
    }

    /** Whether any process lives in that namespace; a dead one that nobody waited for yet does not. */
    static boolean isInhabited(String namespace) {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                if (link(process).filter(namespace::equals).isPresent() && !isDead(process)) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException unreadable) {
            return true;
        }
        return false;
    }

    private static boolean isDead(Path process) {
        try {
            String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
            int name = stat.lastIndexOf(") ");
            return name < 0 || "ZX".indexOf(stat.charAt(name + 2)) >= 0;
        } catch (IOException gone) {
            return true;
        }
    }

    private static Optional<String> link(Path process) {
        try {
            return Optional.of(Files.readSymbolicLink(process.resolve("ns/pid")).toString());
        } catch (IOException | UnsupportedOperationException gone) {
            return Optional.empty();
        }
    }
}
