package io.infloop.core.internal.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A user of this machine. */
record UserAccount(String name, long uid, long gid, Path home) {
    /** Looks in {@code /etc/passwd}; users of a directory service are not found. */
    static Optional<UserAccount> named(String name) {
        try {
            for (String line : Files.readAllLines(Path.of("/etc/passwd"), StandardCharsets.ISO_8859_1)) {
                String[] fields = line.split(":", -1);
                if (fields.length > 5 && fields[0].equals(name)) {
                    return Optional.of(new UserAccount(
                            name, Long.parseLong(fields[2]), Long.parseLong(fields[3]), Path.of(fields[5])));
                }
            }
        } catch (IOException | NumberFormatException unreadable) {
            return Optional.empty();
        }
        return Optional.empty();
    }
}
