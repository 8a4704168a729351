package io.infloop.host.internal;

import io.infloop.spi.Contribution;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Builds jars of the sample plugins. */
final class PluginJar {
    private static final String SPI = "io.infloop.spi,io.infloop.spi.json,io.infloop.spi.node,io.infloop.spi.process,"
            + "io.infloop.spi.provider,io.infloop.spi.signing,io.infloop.spi.webhook,io.infloop.spi.workspace";

    private final Attributes headers;
    private final Manifest manifest = new Manifest();
    private final Map<String, byte[]> entries = new LinkedHashMap<>();
    private final Map<String, Integer> zeros = new LinkedHashMap<>();
    private String components = "";
    private String services = "";

    private PluginJar(String symbolicName, String version) {
        headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        header("Bundle-ManifestVersion", "2");
        header("Bundle-SymbolicName", symbolicName);
        header("Bundle-Version", version);
        header("Import-Package", SPI);
    }

    static PluginJar of(String symbolicName, String version) {
        return new PluginJar(symbolicName, version);
    }

    PluginJar header(String name, String value) {
        headers.putValue(name, value);
        return this;
    }

    PluginJar alsoImports(String packages) {
        return header("Import-Package", SPI + "," + packages);
    }

    /** A component that is created when the bundle starts. */
    PluginJar eager(Class<?> implementation, Class<? extends Contribution> kind) {
        return component(implementation, kind, true, "");
    }

    PluginJar component(Class<?> implementation, Class<? extends Contribution> kind) {
        return component(implementation, kind, false, "");
    }

    /** A component that needs a service which is not there. */
    PluginJar waiting(Class<?> implementation, Class<? extends Contribution> kind) {
        return component(implementation, kind, false, "<reference name=\"clock\" interface=\"java.time.Clock\"/>");
    }

    private PluginJar component(
            Class<?> implementation, Class<? extends Contribution> kind, boolean immediate, String references) {
        String file = "OSGI-INF/" + implementation.getName() + ".xml";
        text(
                file,
                "<scr:component xmlns:scr=\"http://www.osgi.org/xmlns/scr/v1.3.0\" name=\"" + implementation.getName()
                        + "\" immediate=\"" + immediate + "\"><implementation class=\"" + implementation.getName()
                        + "\"/><service><provide interface=\"" + kind.getName() + "\"/></service>" + references
                        + "</scr:component>");
        components += (components.isEmpty() ? "" : ",") + file;
        services += (services.isEmpty() ? "" : ",") + "osgi.service;objectClass:List<String>=\"" + kind.getName()
                + "\";effective:=active";
        header("Service-Component", components);
        header("Provide-Capability", services);
        for (Class<?> type = implementation; type.getName().startsWith("sample."); type = type.getSuperclass()) {
            classFile(type.getName());
        }
        classFile("sample.Hang");
        classFile("sample.BadScheme$Malicious");
        return this;
    }

    private void classFile(String name) {
        String path = name.replace('.', '/') + ".class";
        try (InputStream stream = PluginJar.class.getResourceAsStream("/" + path)) {
            entries.put(path, stream.readAllBytes());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    PluginJar text(String entry, String content) {
        entries.put(entry, content.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** An entry that is nearly nothing until it is unpacked. */
    PluginJar zeros(String entry, int mebibytes) {
        zeros.put(entry, mebibytes);
        return this;
    }

    byte[] build() {
        ByteArrayOutputStream jar = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(jar)) {
            zip.putNextEntry(new ZipEntry("META-INF/MANIFEST.MF"));
            manifest.write(zip);
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
            zip.setLevel(Deflater.BEST_SPEED);
            byte[] mebibyte = new byte[1 << 20];
            for (Map.Entry<String, Integer> entry : zeros.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                for (int i = 0; i < entry.getValue(); i++) {
                    zip.write(mebibyte);
                }
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return jar.toByteArray();
    }

    /** Puts the jar where it is found as a whole. */
    Path dropInto(Path folder, String name) {
        return drop(folder, name, build());
    }

    static Path drop(Path folder, String name, byte[] content) {
        try {
            Files.createDirectories(folder);
            Path part = Files.write(folder.resolve(name + ".tmp"), content);
            return Files.move(
                    part, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    static Path drop(Path folder, String name, String content) {
        return drop(folder, name, content.getBytes(StandardCharsets.UTF_8));
    }
}
