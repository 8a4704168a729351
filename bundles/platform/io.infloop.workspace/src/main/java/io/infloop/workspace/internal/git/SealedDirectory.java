package io.infloop.workspace.internal.git;

import io.infloop.core.file.AtomicFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A git directory of the server's own over somebody else's objects and branches. Git reads its configuration, hooks and attributes from
 * here, where nobody but the server writes; of the other repository it sees data only. So no filter, diff or merge driver, signing
 * program, monitor or remote that the other one is configured with exists for commands that run on it.
 */
public final class SealedDirectory {
    private static final int MAX_INFO_BYTES = 4 * 1024 * 1024;

    private final Path path;

    private SealedDirectory(Path path) {
        this.path = path;
    }

    /**
     * Writes go to the other repository: new objects, branches.
     *
     * @param path does not exist yet
     * @param head content of HEAD
     */
    public static SealedDirectory over(Git git, Path path, GitRepository repository, String head)
            throws IOException, InterruptedException {
        SealedDirectory made = make(git, path, repository, head);
        Files.createSymbolicLink(
                path.resolve("objects"), repository.commonDirectory().resolve("objects"));
        return made;
    }

    /** New objects stay here. */
    public static SealedDirectory apart(Git git, Path path, GitRepository repository, String head)
            throws IOException, InterruptedException {
        SealedDirectory made = make(git, path, repository, head);
        Files.createDirectories(path.resolve("objects/info"));
        Files.writeString(
                path.resolve("objects/info/alternates"),
                repository.commonDirectory().resolve("objects") + "\n");
        return made;
    }

    private static SealedDirectory make(Git git, Path path, GitRepository repository, String head)
            throws IOException, InterruptedException {
        Path common = repository.commonDirectory();
        String format = repository.format(git).lines();
        AtomicFiles.createOwnerOnlyDirectories(path.resolve("info"));
        Files.writeString(
                path.resolve("config"),
                format
                        + "[uploadpack]\n\tallowAnySHA1InWant = true\n"
                        + "[core]\n\thooksPath = /dev/null\n\tfsmonitor = false\n"
                        + "[gc]\n\tauto = 0\n");
        Files.writeString(path.resolve("HEAD"), head + "\n", StandardCharsets.ISO_8859_1);
        Files.createSymbolicLink(path.resolve("refs"), common.resolve("refs"));
        Files.createSymbolicLink(path.resolve("packed-refs"), common.resolve("packed-refs"));
        PlainFiles.copy(common.resolve("info/exclude"), path.resolve("info/exclude"), MAX_INFO_BYTES);
        PlainFiles.copy(common.resolve("info/attributes"), path.resolve("info/attributes"), MAX_INFO_BYTES);
        PlainFiles.copy(common.resolve("shallow"), path.resolve("shallow"), MAX_INFO_BYTES);
        return new SealedDirectory(path);
    }

    /** One that was made before. */
    public static SealedDirectory existing(Path path) {
        return new SealedDirectory(path);
    }

    public Path path() {
        return path;
    }

    public Path index() {
        return path.resolve("index");
    }

    public void head(String content) throws IOException {
        Files.writeString(path.resolve("HEAD"), content + "\n", StandardCharsets.ISO_8859_1);
    }
}
