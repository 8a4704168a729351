package io.infloop.core.internal.instance;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.EnumSet;
import java.util.Set;

/**
 * Takes away what other users may do with files and directories of one owner. Works on open directories, so that no symbolic link is
 * followed even if one appears while it works. For one thread.
 */
final class PermissionSweep {
    private static final Set<PosixFilePermission> OWNER = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private final UserPrincipal owner;
    private final int maxEntries;
    private int seen;
    private int files;
    private int directories;
    private int links;
    private int untouchable;

    /**
     * @param owner whose files may be changed
     * @param maxEntries how many are looked at before the sweep gives up
     */
    PermissionSweep(UserPrincipal owner, int maxEntries) {
        this.owner = owner;
        this.maxEntries = maxEntries;
    }

    /**
     * What was found.
     *
     * @param files tightened
     * @param directories tightened
     * @param links symbolic links, left alone
     * @param untouchable open to others but somebody else's, or not to be changed or looked into
     * @param complete false if there were more entries than looked at
     */
    record Result(int files, int directories, int links, int untouchable, boolean complete) {
        boolean tightened() {
            return files + directories > 0;
        }
    }

    Result result() {
        return new Result(files, directories, links, untouchable, seen <= maxEntries);
    }

    /** The directory itself, which is reached by its name: the caller says that it may be. */
    void tighten(Path directory, LinkOption... options) {
        tighten(Files.getFileAttributeView(directory, PosixFileAttributeView.class, options));
    }

    /** Regular files directly in it. */
    void sweepFiles(Path directory) {
        sweep(directory, 0, false);
    }

    /**
     * What is in it.
     *
     * @param levels how many levels of directories below it are looked into
     */
    void sweep(Path directory, int levels) {
        sweep(directory, levels, true);
    }

    private void sweep(Path path, int levels, boolean alsoDirectories) {
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(path)) {
            if (stream instanceof SecureDirectoryStream<Path> directory) {
                sweep(directory, levels, alsoDirectories);
            } else {
                untouchable++;
            }
        } catch (IOException | DirectoryIteratorException unreadable) {
            untouchable++;
        }
    }

    private void sweep(SecureDirectoryStream<Path> directory, int levels, boolean alsoDirectories) {
        for (Path entry : directory) {
            if (++seen > maxEntries) {
                return;
            }
            Path name = entry.getFileName();
            PosixFileAttributeView view =
                    directory.getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
            try {
                PosixFileAttributes attributes = view.readAttributes();
                if (attributes.isSymbolicLink()) {
                    links++;
                } else if (attributes.isRegularFile()) {
                    tighten(view);
                } else if (attributes.isDirectory() && alsoDirectories) {
                    tighten(view);
                    if (levels > 0) {
                        descend(directory, name, levels - 1);
                    }
                }
            } catch (NoSuchFileException gone) {
                // Another server works on the same directory.
            } catch (IOException unreadable) {
                untouchable++;
            }
        }
    }

    private void descend(SecureDirectoryStream<Path> parent, Path name, int levels) {
        try (SecureDirectoryStream<Path> child = parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            sweep(child, levels, true);
        } catch (NoSuchFileException gone) {
            // As above.
        } catch (IOException | DirectoryIteratorException unreadable) {
            untouchable++;
        }
    }

    private void tighten(PosixFileAttributeView view) {
        try {
            PosixFileAttributes attributes = view.readAttributes();
            if (OWNER.containsAll(attributes.permissions())) {
                return;
            }
            if (!owner.equals(attributes.owner())) {
                untouchable++;
                return;
            }
            Set<PosixFilePermission> kept = EnumSet.noneOf(PosixFilePermission.class);
            kept.addAll(attributes.permissions());
            kept.retainAll(OWNER);
            view.setPermissions(kept);
            if (attributes.isDirectory()) {
                directories++;
            } else {
                files++;
            }
        } catch (NoSuchFileException gone) {
            // As above.
        } catch (IOException unchangeable) {
            untouchable++;
        }
    }
}
