package io.infloop.workspace.internal.worktree;

import io.infloop.spi.workspace.WorkspaceRoots;
import io.infloop.workspace.internal.git.GitRepository;
import io.infloop.workspace.internal.git.PlainFiles;
import io.infloop.workspace.worktree.TreeRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Where trees are put, and whether they are still there and still what was put there. */
final class TreePlaces {
    static final String FOLDER = ".infloop-worktrees";

    private static final int MAX_NODE = 40;
    private static final int MAX_POINTER_BYTES = 8 * 1024;
    private static final int MAX_EXCLUDE_BYTES = 4 * 1024 * 1024;
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
    private static final SecureRandom RANDOM = new SecureRandom();

    private TreePlaces() {}

    /** A node's path as a part of file and branch names. */
    static String name(String nodePath) {
        String safe = nodePath.replaceAll("[^A-Za-z0-9_-]", "-").replaceFirst("^-", "_");
        return safe.isEmpty() ? "node" : safe.substring(0, Math.min(MAX_NODE, safe.length()));
    }

    static String shortRun(String runId) {
        return runId.substring(0, 8);
    }

    /** The place for a new tree; its parent exists afterwards, and git does not show it as untracked. */
    static Path prepare(GitRepository repository, String runId, String nodePath) throws IOException {
        Path folder = repository.root().resolve(FOLDER);
        if (!PlainFiles.exists(folder)) {
            Files.createDirectory(folder);
        }
        if (!PlainFiles.isDirectory(folder)) {
            throw new IOException(folder + " is a link or a file; remove it, worktrees are made there");
        }
        exclude(repository.commonDirectory());
        StringBuilder random = new StringBuilder();
        for (int i = 0; i < 6; i++) {
            random.append(LETTERS.charAt(RANDOM.nextInt(LETTERS.length())));
        }
        return folder.resolve(shortRun(runId) + "-" + name(nodePath) + "-" + random);
    }

    /** The folder is ours, and another user has to pass it on the way to his tree. */
    static void letThrough(TreeRecord tree) throws IOException {
        Path folder = tree.path().getParent();
        Set<PosixFilePermission> mode =
                EnumSet.copyOf(Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS));
        if (mode.add(PosixFilePermission.OTHERS_EXECUTE)) {
            Files.setPosixFilePermissions(folder, mode);
        }
    }

    private static void exclude(Path commonDirectory) throws IOException {
        Path info = commonDirectory.resolve("info");
        if (!PlainFiles.exists(info)) {
            Files.createDirectory(info);
        }
        Path file = info.resolve("exclude");
        if (!PlainFiles.isDirectory(info) || (PlainFiles.exists(file) && !PlainFiles.isFile(file))) {
            throw new IOException(file + " is not a plain file; remove it, it is written to");
        }
        String line = FOLDER + "/";
        String content = PlainFiles.read(file, MAX_EXCLUDE_BYTES).orElse("");
        if (content.lines().noneMatch(line::equals)) {
            String separator = content.isEmpty() || content.endsWith("\n") ? "" : "\n";
            Files.write(
                    file,
                    (separator + line + "\n").getBytes(StandardCharsets.UTF_8),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.APPEND,
                    LinkOption.NOFOLLOW_LINKS);
        }
    }

    /** @throws IOException if the repository, or what belongs to it, is not in a workspace root */
    static void requireAllowed(WorkspaceRoots roots, GitRepository repository) throws IOException {
        for (Path place : new Path[] {repository.root(), repository.commonDirectory(), repository.gitDirectory()}) {
            try {
                roots.directory(place.toString());
            } catch (IOException refused) {
                throw new IOException(
                        "the repository reaches beyond the workspace roots: " + place
                                + "; add it to WORKSPACE_ROOTS, or switch useWorktree off",
                        refused);
            }
        }
    }

    /** What git wrote to link the tree, right after it was made. */
    static TreeRecord.Link link(Path tree, Path commonDirectory) throws IOException {
        String pointer = pointer(tree.resolve(".git")).orElseThrow(() -> new IOException("git made no worktree"));
        Path administration = Path.of(pointer.replaceFirst("^gitdir: ", "").strip());
        if (!administration.isAbsolute()) {
            administration = tree.resolve(administration).normalize();
        }
        if (!pointer.startsWith("gitdir: ")
                || !commonDirectory.resolve("worktrees").equals(administration.getParent())
                || !PlainFiles.isDirectory(administration)) {
            throw new IOException("git made a worktree that is not linked with " + commonDirectory);
        }
        return new TreeRecord.Link(
                administration,
                pointer,
                pointer(administration.resolve("commondir")).orElse(""),
                pointer(administration.resolve("gitdir")).orElse(""));
    }

    private static Optional<String> pointer(Path file) throws IOException {
        return PlainFiles.read(file, MAX_POINTER_BYTES);
    }

    /** @throws TreeStaysException if the tree is not the directory that was made, or not linked as it was */
    static void verify(TreeRecord tree) throws IOException {
        verifyPlace(tree);
        TreeRecord.Link link =
                tree.link().orElseThrow(() -> new TreeStaysException("it was never completed; look at it by hand"));
        boolean same =
                switch (tree.kind()) {
                    case WORKTREE ->
                        PlainFiles.isDirectory(link.administration())
                                && link.administration().toRealPath().equals(link.administration())
                                && pointer(tree.path().resolve(".git"))
                                        .filter(link.pointer()::equals)
                                        .isPresent()
                                && pointer(link.administration().resolve("commondir"))
                                        .filter(link.commonPointer()::equals)
                                        .isPresent()
                                && pointer(link.administration().resolve("gitdir"))
                                        .filter(link.backPointer()::equals)
                                        .isPresent();
                    case CLONE, GIVEN ->
                        PlainFiles.isDirectory(link.administration())
                                && PlainFiles.isDirectory(link.administration().resolve("objects"))
                                && PlainFiles.isDirectory(link.administration().resolve("refs"))
                                && !PlainFiles.exists(link.administration().resolve("objects/info/alternates"));
                };
        if (!same) {
            throw new TreeStaysException(
                    "its .git, or what it points to, was replaced while the run worked in it, so git was not run on it;"
                            + " look at it by hand and do not run git in it before you know what it says");
        }
    }

    /** @throws TreeStaysException if it is not the plain directory in its repository's folder that was made */
    static void verifyPlace(TreeRecord tree) throws IOException {
        Path folder = tree.repository().resolve(FOLDER);
        if (!tree.path().getParent().equals(folder)
                || !tree.path().normalize().equals(tree.path())
                || !PlainFiles.isDirectory(folder)
                || !PlainFiles.isDirectory(tree.path())
                || !tree.path().toRealPath().equals(tree.path())) {
            throw new TreeStaysException("it is not the directory any more that was made for it; look at it by hand");
        }
    }

    /** Removes the tree and what links it, and nothing else: other stale worktrees may be somebody's. */
    static void remove(TreeRecord tree) throws IOException {
        if (PlainFiles.exists(tree.path())) {
            verifyPlace(tree);
            PlainFiles.deleteTree(tree.path());
        }
        Path administrations = tree.commonDirectory().resolve("worktrees");
        if (!PlainFiles.isDirectory(administrations)) {
            return;
        }
        String back = tree.path().resolve(".git").toString();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(administrations)) {
            for (Path entry : entries) {
                boolean ours = tree.link()
                                .filter(link -> link.administration().equals(entry))
                                .isPresent()
                        || pointer(entry.resolve("gitdir"))
                                .filter(text -> text.strip().equals(back))
                                .isPresent();
                if (ours && PlainFiles.isDirectory(entry)) {
                    PlainFiles.deleteTree(entry);
                }
            }
        }
        // As git does: without worktrees the directory is not there.
        try (DirectoryStream<Path> left = Files.newDirectoryStream(administrations)) {
            if (!left.iterator().hasNext()) {
                Files.deleteIfExists(administrations);
            }
        }
    }
}
