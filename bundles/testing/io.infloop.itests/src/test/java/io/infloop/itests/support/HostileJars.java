package io.infloop.itests.support;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** Copies of a bundle that works, under another name, with code in them that plugins may not have. */
public final class HostileJars {
    private HostileJars() {}

    /** @param members what the class {@code hostile.Thing} is made of */
    public static Path withClass(Path bundle, String id, String members) throws IOException {
        return with(bundle, id, "", compiled(members));
    }

    /** The class is in a jar in the bundle, which is on the bundle's class path. */
    public static Path withLibrary(Path bundle, String id, String members) throws IOException {
        ByteArrayOutputStream library = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(library)) {
            for (Map.Entry<String, byte[]> entry : compiled(members).entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
        return with(bundle, id, ".,lib/helpful.jar", Map.of("lib/helpful.jar", library.toByteArray()));
    }

    private static Path with(Path bundle, String id, String classPath, Map<String, byte[]> added) throws IOException {
        Path copy = Distribution.temporaryDirectory("hostile").resolve(id + ".jar");
        try (JarFile original = new JarFile(bundle.toFile());
                OutputStream file = Files.newOutputStream(copy)) {
            Manifest manifest = new Manifest(original.getManifest());
            manifest.getMainAttributes().put(new Attributes.Name("Bundle-SymbolicName"), id);
            if (!classPath.isEmpty()) {
                manifest.getMainAttributes().put(new Attributes.Name("Bundle-ClassPath"), classPath);
            }
            try (JarOutputStream out = new JarOutputStream(file, manifest)) {
                for (JarEntry entry : Collections.list(original.entries())) {
                    if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
                        out.putNextEntry(new JarEntry(entry.getName()));
                        original.getInputStream(entry).transferTo(out);
                    }
                }
                for (Map.Entry<String, byte[]> entry : added.entrySet()) {
                    out.putNextEntry(new JarEntry(entry.getKey()));
                    out.write(entry.getValue());
                }
            }
        }
        return copy;
    }

    private static Map<String, byte[]> compiled(String members) throws IOException {
        Path work = Distribution.temporaryDirectory("compiled");
        Path source = Files.writeString(
                work.resolve("Thing.java"), "package hostile; public class Thing { " + members + " }");
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(work));
            boolean done = compiler.getTask(
                            null,
                            files,
                            null,
                            List.of("-proc:none", "--release", "17"),
                            null,
                            files.getJavaFileObjects(source))
                    .call();
            if (!done) {
                throw new IllegalArgumentException(members);
            }
        }
        Map<String, byte[]> classes = new TreeMap<>();
        try (Stream<Path> written = Files.walk(work)) {
            for (Path file :
                    written.filter(path -> path.toString().endsWith(".class")).toList()) {
                classes.put(work.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return classes;
    }
}
