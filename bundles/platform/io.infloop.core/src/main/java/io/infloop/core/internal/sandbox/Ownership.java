package io.infloop.core.internal.sandbox;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Gives directory trees to another user and takes them back, for a server that is root. That user may change the tree at any moment
 * that it belongs to him, so every step goes from an open directory, never by a path and never through a link.
 */
final class Ownership {
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");
    private static final int DEEPEST = 500;

    private final UserPrincipal user;
    private final GroupPrincipal group;
    private final boolean files;

    private Ownership(Path any, long uid, long gid, boolean files) throws IOException {
        UserPrincipalLookupService lookup = any.getFileSystem().getUserPrincipalLookupService();
        // Numbers are accepted as well as names.
        this.user = lookup.lookupPrincipalByName(Long.toString(uid));
        this.group = lookup.lookupPrincipalByGroupName(Long.toString(gid));
        this.files = files;
    }

    /** Gives away the directories of the tree and those files in it that are the server's; what is inside first, the top last. */
    static void give(Path top, long serverUid, long uid, long gid) throws IOException {
        Ownership given = new Ownership(top, uid, gid, true);
        Ownership server = new Ownership(top, serverUid, serverUid, false);
        PosixFileAttributeView view = view(top);
        server.own(view);
        try (SecureDirectoryStream<Path> directory = open(top)) {
            given.inside(directory, server.user, 0);
        }
        given.own(view);
    }

    /** Afterwards nobody else can change anything in the tree but the content of files that he has open. */
    static void takeBack(Path top, long serverUid) throws IOException {
        Ownership server = new Ownership(top, serverUid, serverUid, false);
        server.own(view(top));
        try (SecureDirectoryStream<Path> directory = open(top)) {
            server.inside(directory, server.user, 0);
        }
    }

    private void inside(SecureDirectoryStream<Path> directory, UserPrincipal server, int depth) throws IOException {
        if (depth > DEEPEST) {
            throw new IOException("directories are nested more than " + DEEPEST + " deep");
        }
        List<Path> names = new ArrayList<>();
        directory.forEach(path -> names.add(path.getFileName()));
        for (Path name : names) {
            PosixFileAttributeView view =
                    directory.getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
            try {
                PosixFileAttributes attributes = view.readAttributes();
                if (attributes.isDirectory()) {
                    directory(directory, name, server, depth);
                } else if (files
                        && attributes.isRegularFile()
                        && attributes.owner().equals(server)) {
                    view.setOwner(user);
                    view.setGroup(group);
                }
            } catch (NoSuchFileException | NotDirectoryException changedMeanwhile) {
                continue;
            }
        }
    }

    /** What is taken is taken before it is looked into, so that nothing can be added behind our back; what is given, after. */
    private void directory(SecureDirectoryStream<Path> parent, Path name, UserPrincipal server, int depth)
            throws IOException {
        try (SecureDirectoryStream<Path> directory = parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            PosixFileAttributeView view = directory.getFileAttributeView(PosixFileAttributeView.class);
            if (!files) {
                own(view);
            }
            inside(directory, server, depth + 1);
            if (files) {
                own(view);
            }
        }
    }

    private void own(PosixFileAttributeView view) throws IOException {
        view.setPermissions(PRIVATE);
        view.setGroup(group);
        view.setOwner(user);
    }

    private static PosixFileAttributeView view(Path top) {
        return Files.getFileAttributeView(top, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }

    private static SecureDirectoryStream<Path> open(Path top) throws IOException {
        DirectoryStream<Path> stream = Files.newDirectoryStream(top);
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        stream.close();
        throw new IOException("this system opens directories by path only");
    }
}
