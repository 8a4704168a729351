package io.infloop.host.internal.stage;

import io.infloop.host.internal.RefusedException;
import io.infloop.host.internal.folder.JarBounds;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.osgi.framework.Version;

/** Checks a jar without running or installing it: bounded, well-formed, a bundle, and nothing a plugin must not be. */
final class JarVerifier {
    private static final long MAX_UNPACKED = 256L << 20;
    private static final int MAX_HEADERS = 1 << 20;
    private static final Pattern SYMBOLIC_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}");

    private JarVerifier() {}

    /** Who a bundle says it is. */
    record Identity(String symbolicName, Version version) {}

    static Identity verify(Path jar) throws RefusedException {
        try {
            Optional<String> excess = JarBounds.excess(jar);
            if (excess.isPresent()) {
                throw new RefusedException(excess.get());
            }
            try (ZipFile zip = new ZipFile(jar.toFile())) {
                checkEntries(zip);
                return identity(headers(zip));
            }
        } catch (IOException | IllegalArgumentException broken) {
            throw new RefusedException(
                    "is not a complete jar; copy it again, best under another name and then rename it");
        }
    }

    private static void checkEntries(ZipFile zip) throws IOException, RefusedException {
        if (zip.size() > JarBounds.MAX_ENTRIES) {
            // The directory holds more than the file says.
            throw new RefusedException(
                    "has more than " + JarBounds.MAX_ENTRIES + " entries; leave out what the plugin does not need");
        }
        Set<String> names = new HashSet<>();
        long unpacked = 0;
        byte[] buffer = new byte[1 << 16];
        Enumeration<? extends ZipEntry> entries = zip.entries();
        while (entries.hasMoreElements()) {
            ZipEntry entry = entries.nextElement();
            checkName(entry.getName());
            if (!names.add(entry.getName())) {
                throw new RefusedException("has two entries of one name; build the jar again");
            }
            // The declared sizes are the sender's claim: only unpacking tells.
            try (InputStream content = zip.getInputStream(entry)) {
                for (int count = content.read(buffer); count >= 0; count = content.read(buffer)) {
                    unpacked += count;
                    if (unpacked > MAX_UNPACKED) {
                        throw new RefusedException(
                                "unpacks to more than 256 MiB; leave out what the plugin does not need");
                    }
                }
            }
        }
    }

    private static void checkName(String name) throws RefusedException {
        boolean leaves = name.startsWith("/") || name.contains("\\") || name.contains("\0") || name.contains(":");
        for (String part : name.split("/", -1)) {
            leaves |= part.equals("..");
        }
        if (leaves) {
            throw new RefusedException("has an entry whose name points outside of the jar; build the jar again");
        }
    }

    private static Attributes headers(ZipFile zip) throws IOException, RefusedException {
        ZipEntry entry = zip.getEntry(JarFile.MANIFEST_NAME);
        if (entry == null) {
            throw new RefusedException("has no META-INF/MANIFEST.MF; build it as an OSGi bundle, for example with bnd");
        }
        try (InputStream content = zip.getInputStream(entry)) {
            byte[] bytes = content.readNBytes(MAX_HEADERS + 1);
            if (bytes.length > MAX_HEADERS) {
                throw new RefusedException("has a META-INF/MANIFEST.MF above 1 MiB; build the jar again");
            }
            return new Manifest(new java.io.ByteArrayInputStream(bytes)).getMainAttributes();
        }
    }

    private static Identity identity(Attributes headers) throws RefusedException {
        String header = headers.getValue("Bundle-SymbolicName");
        if (header == null || !"2".equals(trimmed(headers.getValue("Bundle-ManifestVersion")))) {
            throw new RefusedException(
                    "is no OSGi bundle (Bundle-SymbolicName and Bundle-ManifestVersion: 2 are needed);"
                            + " build it with bnd");
        }
        String symbolicName = trimmed(header.split(";", 2)[0]);
        if (!SYMBOLIC_NAME.matcher(symbolicName).matches()) {
            throw new RefusedException(
                    "has a Bundle-SymbolicName that is none: letters, digits, '.', '_' and '-', at most 200");
        }
        refuse(headers, "Fragment-Host", "is a fragment; a plugin is a bundle of its own");
        refuse(
                headers,
                "Require-Bundle",
                "requires other bundles; plugins import packages of the SPI and pack the rest");
        refuse(headers, "Bundle-NativeCode", "brings native code, which plugins may not load: use plain Java");
        refuse(
                headers,
                "Bundle-Activator",
                "has a Bundle-Activator, which plugins may not use: register services with declarative services"
                        + " (@Component) instead");
        String version = headers.getValue("Bundle-Version");
        try {
            return new Identity(symbolicName, version == null ? Version.emptyVersion : Version.parseVersion(version));
        } catch (IllegalArgumentException malformed) {
            throw new RefusedException("has a Bundle-Version that is none; write it as 1.2.3");
        }
    }

    private static void refuse(Attributes headers, String name, String reason) throws RefusedException {
        if (headers.getValue(name) != null) {
            throw new RefusedException(reason + "; remove the header " + name);
        }
    }

    private static String trimmed(String text) {
        return text == null ? "" : text.trim();
    }
}
