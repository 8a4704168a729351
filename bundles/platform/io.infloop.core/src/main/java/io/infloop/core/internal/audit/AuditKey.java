package io.infloop.core.internal.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The key that seals the lines of the audit log: a file that only its owner can read. Nothing is sealed with a key that others can
 * read, or that is no key.
 */
final class AuditKey {
    static final int BYTES = 32;
    private static final int MAX_BYTES = 4096;
    private static final Set<PosixFilePermission> OWNER =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final Path file;
    private final boolean ours;

    /** @param ours whether a missing key is made; one that an operator named has to be there */
    AuditKey(Path file, boolean ours) {
        this.file = file;
        this.ours = ours;
    }

    Path file() {
        return file;
    }

    /** Whether it came to be together with the log, and so tells that there was one. */
    boolean isOurs() {
        return ours;
    }

    boolean exists() {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    /** @throws KeyException if there is none, or it cannot be trusted */
    byte[] read() throws IOException {
        PosixFileAttributes attributes;
        try {
            attributes = Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException missing) {
            throw new KeyException("the key of the audit log " + file + " cannot be found or read ("
                    + missing.getClass().getSimpleName() + "); restore it from a backup, or name it with"
                    + " INFLOOP_AUDIT_KEY_FILE");
        }
        if (!attributes.isRegularFile()) {
            throw new KeyException("the key of the audit log " + file
                    + " is a symbolic link or no file; put the file itself there, or name it with"
                    + " INFLOOP_AUDIT_KEY_FILE");
        }
        if (!OWNER.containsAll(attributes.permissions())) {
            throw new KeyException("the key of the audit log " + file + " is open to others ("
                    + PosixFilePermissions.toString(attributes.permissions())
                    + "): who read it can forge lines. If nobody did: chmod 600 " + file
                    + ", otherwise move the log and the key aside");
        }
        if (attributes.size() < BYTES || attributes.size() > MAX_BYTES) {
            throw new KeyException(
                    "the key of the audit log " + file + " has " + attributes.size() + " bytes instead of "
                            + BYTES + " to " + MAX_BYTES + "; restore it from a backup, or make one:"
                            + " openssl rand -out FILE 32; chmod 600 FILE");
        }
        try {
            return UninterruptibleFile.readAll(file);
        } catch (IOException unreadable) {
            throw new KeyException("the key of the audit log " + file + " cannot be read ("
                    + unreadable.getClass().getSimpleName() + "); it must belong to the server's user");
        }
    }

    /** Writes a new random key, whole or not at all. The caller makes sure that there is none, and that nobody else writes one. */
    void create() throws IOException {
        if (!ours) {
            throw new KeyException("the key of the audit log " + file + " does not exist; make it: openssl rand -out "
                    + file + " 32; chmod 600 " + file + ", or unset INFLOOP_AUDIT_KEY_FILE");
        }
        byte[] key = new byte[BYTES];
        new SecureRandom().nextBytes(key);
        try {
            Path staged = file.resolveSibling(file.getFileName() + "."
                    + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()) + ".tmp");
            UninterruptibleFile.create(staged, key);
            Files.move(staged, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException unwritable) {
            throw new KeyException("the key of the audit log " + file + " cannot be made (" + unwritable
                    + "); make its directory writable, or make the key: openssl rand -out " + file + " 32; chmod 600 "
                    + file);
        }
    }

    /** There is no key that can be used; the message says why and what to do. */
    static final class KeyException extends IOException {
        private static final long serialVersionUID = 1L;

        KeyException(String message) {
            super(message);
        }
    }
}
