package io.infloop.host.internal.folder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import java.util.Optional;

/**
 * By what a changed file is recognised.
 *
 * @param regular false for a folder, a pipe, a link that leads nowhere and the like
 */
record FileStamp(boolean regular, long size, FileTime modified, String identity) {
    private static final FileTime NEVER = FileTime.fromMillis(0);

    /** Empty for what is not there any more. */
    static Optional<FileStamp> of(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return Optional.of(
                    attributes.isRegularFile()
                            ? new FileStamp(
                                    true, attributes.size(), attributes.lastModifiedTime(), identity(attributes))
                            : irregular(attributes));
        } catch (IOException unreachable) {
            return ofLink(file);
        }
    }

    private static Optional<FileStamp> ofLink(Path file) {
        try {
            return Optional.of(
                    irregular(Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    /** What happens inside of a folder is no change of it. */
    private static FileStamp irregular(BasicFileAttributes attributes) {
        return new FileStamp(false, 0, NEVER, identity(attributes));
    }

    private static String identity(BasicFileAttributes attributes) {
        return Objects.toString(attributes.fileKey(), "");
    }
}
