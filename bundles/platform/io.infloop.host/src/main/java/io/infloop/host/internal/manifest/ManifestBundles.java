package io.infloop.host.internal.manifest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.LocalDateTime;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Makes a bundle out of a manifest file, so that everything that is true of plugins is true of manifests. */
public final class ManifestBundles {
    /** Header: patterns of entries that are manifests, separated by commas. */
    public static final String HEADER = "Infloop-Manifests";

    /** Header in bundles made here: the kind that the manifest's folder decided. */
    static final String KIND_HEADER = "Infloop-Manifest-Kind";

    /** Requirement every bundle with manifests should state. */
    static final String REQUIREMENT = "osgi.extender;filter:=\"(osgi.extender=io.infloop.manifest)\"";

    private static final LocalDateTime TIME = LocalDateTime.of(2026, 1, 1, 0, 0);

    private ManifestBundles() {}

    /** The bundle as bytes; the same for the same arguments. */
    public static byte[] write(String symbolicName, String version, ManifestKind kind, byte[] document)
            throws IOException {
        String entry = "OSGI-INF/infloop/" + symbolicName + ".json";
        java.util.jar.Manifest headers = new java.util.jar.Manifest();
        Attributes main = headers.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", symbolicName);
        main.putValue("Bundle-Version", version);
        main.putValue("Require-Capability", REQUIREMENT);
        main.putValue(HEADER, entry);
        main.putValue(KIND_HEADER, kind.name());
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        headers.write(head);
        ByteArrayOutputStream jar = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(jar)) {
            put(zip, JarFile.MANIFEST_NAME, head.toByteArray());
            put(zip, entry, document);
        }
        return jar.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        // Without time zone: the bytes are the same wherever they are made.
        entry.setTimeLocal(TIME);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
