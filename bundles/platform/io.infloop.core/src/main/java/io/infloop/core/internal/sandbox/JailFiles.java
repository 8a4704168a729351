package io.infloop.core.internal.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The files in {@code /etc} that all jails share: who there is, and that the machine is called jail. Nothing of the real ones. */
public final class JailFiles {
    private final Map<String, Path> byName = new TreeMap<>();

    private JailFiles() {}

    /**
     * Writes them.
     *
     * @param directory is made if it is missing; belongs to this server
     */
    static JailFiles write(Path directory, long uid, long gid) throws IOException {
        Files.createDirectories(directory);
        JailFiles files = new JailFiles();
        String root = uid == 0 ? "" : "root:x:0:0::/:/bin/sh\n";
        files.write(
                directory,
                "passwd",
                root + "agent:x:" + uid + ":" + gid + "::" + JailConfinement.HOME + ":/bin/sh\n"
                        + "nobody:x:65534:65534::/:/bin/false\n");
        files.write(directory, "group", (gid == 0 ? "" : "root:x:0:\n") + "agent:x:" + gid + ":\nnogroup:x:65534:\n");
        files.write(directory, "hosts", "127.0.0.1 localhost jail\n");
        return files;
    }

    private void write(Path directory, String name, String text) throws IOException {
        byName.put(name, Files.writeString(directory.resolve(name), text));
    }

    Map<String, Path> byName() {
        return byName;
    }
}
