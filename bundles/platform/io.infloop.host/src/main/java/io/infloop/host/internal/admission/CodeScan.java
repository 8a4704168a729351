package io.infloop.host.internal.admission;

import io.infloop.host.internal.PlainText;
import io.infloop.host.internal.RefusedException;
import io.infloop.host.internal.folder.JarBounds;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Examines every class in a jar, in the jars packed into it as well, before anything of it is installed. Refuses what
 * {@link ForbiddenCode} lists, and what cannot be examined. Bounded in classes, bytes and depth.
 */
public final class CodeScan {
    private static final int MAX_CLASS_BYTES = 4 << 20;
    private static final int MAX_CLASSES = 50_000;
    private static final long MAX_UNPACKED = 512L << 20;
    private static final int MAX_DEPTH = 3;
    private static final int MAX_HEADERS = 1 << 20;

    private final Path scratch;
    private int classes;
    private long unpacked;
    private int others;
    /** What the refusal names, and the packed jar it stands in. */
    private Finding first;

    private String place = "";

    private CodeScan(Path scratch) {
        this.scratch = scratch;
    }

    /**
     * Reads the whole jar; blocks for as long as that takes.
     *
     * @param jar a copy that nobody changes meanwhile
     * @param scratch where packed jars are unpacked to for the time of the scan
     * @throws RefusedException with one sentence that names class and call, and what to use instead
     * @throws IOException if a file cannot be read or written
     */
    public static void check(Path jar, Path scratch) throws IOException, RefusedException {
        CodeScan scan = new CodeScan(scratch);
        scan.jar(jar, "", 0);
        if (scan.first != null) {
            throw new RefusedException(scan.sentence());
        }
    }

    private String sentence() {
        String where = place.isEmpty() ? "" : " of " + place;
        String more =
                others == 0 ? "" : " (and " + others + (others == 1 ? " more place" : " more places") + " like it)";
        return "class " + first.className() + where + " " + first.act() + ", which plugins may not" + more + ": "
                + first.advice().text();
    }

    private void jar(Path file, String name, int depth) throws IOException, RefusedException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            Set<String> libraries = depth == 0 ? classPath(zip) : Set.of();
            List<? extends ZipEntry> entries =
                    zip.stream().sorted(Comparator.comparing(ZipEntry::getName)).toList();
            for (ZipEntry entry : entries) {
                if (!entry.isDirectory()) {
                    try (InputStream content = zip.getInputStream(entry)) {
                        entry(entry.getName(), content, libraries, name, depth);
                    }
                }
            }
        }
    }

    private void entry(String entry, InputStream content, Set<String> libraries, String jar, int depth)
            throws IOException, RefusedException {
        String lower = entry.toLowerCase(Locale.ROOT);
        if (entry.endsWith(".class")) {
            scan(content, entry, jar);
        } else if (libraries.contains(entry) || lower.endsWith(".jar") || lower.endsWith(".zip")) {
            String nested = jar.isEmpty() ? entry : jar + "!" + entry;
            if (depth == MAX_DEPTH) {
                throw new RefusedException("packs jars into jars more than " + MAX_DEPTH + " deep (" + shown(nested)
                        + "); pack libraries into the plugin's own jar");
            }
            library(content, nested, libraries.contains(entry), depth);
        }
    }

    private void scan(InputStream content, String entry, String jar) throws IOException, RefusedException {
        byte[] bytes = content.readNBytes(MAX_CLASS_BYTES + 1);
        if (bytes.length > MAX_CLASS_BYTES) {
            throw new RefusedException(
                    "has the class file " + shown(entry) + " above 4 MiB; split what was generated there");
        }
        if (++classes > MAX_CLASSES) {
            throw new RefusedException("has more than " + MAX_CLASSES
                    + " classes with its libraries; leave out what the plugin does not" + " need");
        }
        count(bytes.length);
        List<Finding> findings;
        try {
            if (!ClassScan.isClass(bytes)) {
                throw new IllegalArgumentException("no class file");
            }
            findings = ClassScan.of(bytes);
        } catch (IllegalArgumentException | ArithmeticException unreadable) {
            throw new RefusedException("has the class file " + shown(entry)
                    + " that cannot be examined (damaged, or for a Java newer than this server knows);"
                    + " build it for Java 17");
        }
        if (!findings.isEmpty()) {
            if (first == null) {
                first = findings.get(0);
                place = shown(jar);
                others--;
            }
            others += findings.size();
        }
    }

    /** Unpacks to a file, since whoever loads classes from a packed jar reads it from its end, not from its beginning. */
    private void library(InputStream content, String name, boolean isOnClassPath, int depth)
            throws IOException, RefusedException {
        Path copy = Files.createTempFile(scratch, "library", ".part");
        try {
            try (OutputStream out = Files.newOutputStream(copy)) {
                byte[] buffer = new byte[1 << 16];
                for (int length = content.read(buffer); length >= 0; length = content.read(buffer)) {
                    count(length);
                    out.write(buffer, 0, length);
                }
            }
            Optional<String> excess = JarBounds.excess(copy);
            if (excess.isPresent()) {
                throw new RefusedException("has the library " + shown(name) + ", which " + excess.get());
            }
            jar(copy, name, depth + 1);
        } catch (ZipException | IllegalArgumentException broken) {
            if (isOnClassPath) {
                throw new RefusedException(
                        "has the library " + shown(name) + ", which is no complete jar; build it again");
            }
            // Nothing can load classes from it.
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    private void count(long bytes) throws RefusedException {
        unpacked += bytes;
        if (unpacked > MAX_UNPACKED) {
            throw new RefusedException(
                    "unpacks to more than 512 MiB with its libraries; leave out what the plugin does not need");
        }
    }

    /** The entries that the jar's own header makes libraries of, whatever they are called. */
    private static Set<String> classPath(ZipFile zip) throws IOException {
        Set<String> libraries = new HashSet<>();
        ZipEntry entry = zip.getEntry(JarFile.MANIFEST_NAME);
        if (entry == null) {
            return libraries;
        }
        String header;
        try (InputStream content = zip.getInputStream(entry)) {
            header = new Manifest(new ByteArrayInputStream(content.readNBytes(MAX_HEADERS)))
                    .getMainAttributes()
                    .getValue("Bundle-ClassPath");
        }
        if (header != null) {
            for (String clause : header.split(",", -1)) {
                for (String part : clause.split(";", -1)) {
                    String path = part.trim().replace("\"", "");
                    libraries.add(path.startsWith("/") ? path.substring(1) : path);
                }
            }
        }
        return libraries;
    }

    private static String shown(String name) {
        String plain = PlainText.of(name);
        return plain.length() > 200 ? plain.substring(0, 200) + "..." : plain;
    }
}
