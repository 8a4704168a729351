package io.infloop.core.internal.process;

import io.infloop.core.internal.sandbox.SandboxSettings;
import io.infloop.core.internal.sandbox.SandboxTools;
import io.infloop.core.internal.testing.Prerequisites;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Children as those of a server without privileges, in a test that is root: their first program gives up being root. */
final class Unprivileged {
    /** Nobody's on every system. */
    static final int UID = 65534;

    private static final String PATH = System.getenv("PATH");

    private Unprivileged() {}

    static ProcessTestBed bed(Path work, Function<Path, SandboxSettings> sandbox) throws IOException {
        SandboxTools own = ProcessTestBed.tools();
        Assumptions.assumeTrue(own.uid() == 0, "the test is not root, so it is unprivileged in any case");
        Prerequisites.program("setpriv", "util-linux");
        Wrappers found = Wrappers.find(PATH);
        Path prlimit = Files.writeString(
                work.resolve("prlimit-unprivileged"),
                "#!/bin/sh\nshift 2\nchown -R " + UID + ":" + UID + " '" + work
                        + "/infloop-data/instances' 2>/dev/null\nexec prlimit --core=0 -- setpriv --reuid=" + UID
                        + " --regid=" + UID + " --clear-groups --inh-caps=-all -- \"$@\"\n");
        Files.setPosixFilePermissions(prlimit, PosixFilePermissions.fromString("rwxr-xr-x"));
        SandboxTools tools = new SandboxTools(
                own.sh(),
                own.setsid(),
                own.setpriv(),
                own.unshare(),
                own.mount(),
                own.bwrap(),
                own.bridge(),
                UID,
                UID,
                own.pid());
        ProcessTestBed bed = new ProcessTestBed(
                work,
                Map.of("PATH", "/usr/bin:/bin", "HOME", work.toString()),
                new Wrappers(found.setsid(), Optional.of(prlimit), found.kill()),
                List.of(),
                sandbox,
                tools);
        give(work);
        return bed;
    }

    static void giveIf(boolean unprivileged, Path root) throws IOException {
        if (unprivileged) {
            give(root);
        }
    }

    /** Makes that user the owner of everything there. */
    static void give(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.toList()) {
                Files.setAttribute(file, "unix:uid", UID, LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(file, "unix:gid", UID, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }
}
