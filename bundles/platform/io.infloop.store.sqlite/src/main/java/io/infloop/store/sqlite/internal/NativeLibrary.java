package io.infloop.store.sqlite.internal;

import io.infloop.core.file.AtomicFiles;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Where SQLite's driver unpacks its native library: the server's own folder, because the common temporary folder is often mounted
 * {@code noexec} and keeps a copy after each kill. To be called before any class of the driver is touched.
 */
final class NativeLibrary {
    private static final String FOLDER = "org.sqlite.tmpdir";
    private static final String SHIPPED = "org.sqlite.lib.path";

    private NativeLibrary() {}

    static void prepare(Path instanceDirectory) throws IOException {
        // Operators of read-only file systems name a folder, or a library that they unpacked themselves.
        if (System.getProperty(FOLDER) == null && System.getProperty(SHIPPED) == null) {
            Path folder = instanceDirectory.resolve("native");
            AtomicFiles.createOwnerOnlyDirectories(folder);
            System.setProperty(FOLDER, folder.toString());
        }
    }
}
