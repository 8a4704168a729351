package io.infloop.itests.support;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Makes variants of built bundles. */
public final class JarFiles {
    private JarFiles() {}

    /** A copy of a bundle that says it is of another version. */
    public static Path withVersion(Path bundle, String version) throws IOException {
        return withHeader(bundle, "Bundle-Version", version);
    }

    /** A copy of a bundle with one header of its manifest replaced. */
    public static Path withHeader(Path bundle, String name, String value) throws IOException {
        return with(bundle, name, value, Map.of());
    }

    /** A copy with one header replaced and entries added. @param entries contents by name */
    public static Path with(Path bundle, String name, String value, Map<String, String> entries) throws IOException {
        Path copy = Distribution.temporaryDirectory("jar").resolve(bundle.getFileName());
        try (JarFile original = new JarFile(bundle.toFile());
                OutputStream file = Files.newOutputStream(copy)) {
            Manifest manifest = new Manifest(original.getManifest());
            manifest.getMainAttributes().put(new Attributes.Name(name), value);
            try (JarOutputStream out = new JarOutputStream(file, manifest)) {
                for (JarEntry entry : java.util.Collections.list(original.entries())) {
                    if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
                        out.putNextEntry(new JarEntry(entry.getName()));
                        original.getInputStream(entry).transferTo(out);
                        out.closeEntry();
                    }
                }
                for (Map.Entry<String, String> added : entries.entrySet()) {
                    out.putNextEntry(new JarEntry(added.getKey()));
                    out.write(added.getValue().getBytes(StandardCharsets.UTF_8));
                    out.closeEntry();
                }
            }
        }
        return copy;
    }
}
