package io.infloop.host.internal.folder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import java.util.Optional;

/** By what a changed file is recognised. */
record FileStamp(long size, FileTime modified, String identity) {
    /** Empty for what is not a regular file, or not there any more. */
    static Optional<FileStamp> of(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.isRegularFile()
                    ? Optional.of(new FileStamp(
                            attributes.size(),
                            attributes.lastModifiedTime(),
                            Objects.toString(attributes.fileKey(), "")))
                    : Optional.empty();
        } catch (IOException gone) {
            return Optional.empty();
        }
    }
}
