package io.infloop.itests.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What runs on this machine, whoever started it and whatever session it is in. */
public final class Processes {
    private Processes() {}

    /** Pids of living processes with an argument; those that have ended and wait for their parent do not count. */
    public static List<Long> withArgument(String argument) {
        List<Long> found = new ArrayList<>();
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            for (Path process : processes
                    .filter(path -> path.getFileName().toString().matches("[0-9]+"))
                    .toList()) {
                // The command line of a zombie is empty.
                if (List.of(read(process.resolve("cmdline")).split("\0")).contains(argument)) {
                    found.add(Long.parseLong(process.getFileName().toString()));
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return found;
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }
}
