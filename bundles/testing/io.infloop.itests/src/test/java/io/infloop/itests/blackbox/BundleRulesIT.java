package io.infloop.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.itests.support.Distribution;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What holds for the bundles of the distribution, whatever they do. */
class BundleRulesIT {
    /** What only core may use, as it stands in the constant pool of a class that does: children, the environment, the network, the audit. */
    private static final List<String> CORE_ONLY = List.of(
            "java/lang/ProcessBuilder",
            "java/lang/ProcessHandle",
            // The name of Runtime.exec, which ends where it ends: execute is everybody's.
            "\u0001\u0000\u0004exec\u0001",
            "getenv",
            "java/net/Socket",
            "java/net/ServerSocket",
            "java/net/DatagramSocket",
            "java/net/URLConnection",
            "java/net/HttpURLConnection",
            "java/net/http/",
            "java/nio/channels/SocketChannel",
            "java/nio/channels/ServerSocketChannel",
            "java/nio/channels/AsynchronousSocketChannel",
            "java/nio/channels/DatagramChannel",
            "audit.jsonl");

    /** Names what is looked for in plugins. */
    private static final String LIST_OF_WHAT_IS_FORBIDDEN = "io/infloop/host/internal/admission/ForbiddenCode.class";

    private static final List<String> OPEN_TO_PLUGINS = List.of("java.", "javax.", "io.infloop.spi", "org.slf4j");

    @Test
    void onlyCoreStartsProcessesAndReadsTheEnvironment() throws IOException {
        Set<String> offenders = new TreeSet<>();
        for (Path bundle : ourBundles()) {
            if (bundle.getFileName().toString().startsWith("io.infloop.core-")) {
                continue;
            }
            // Of libraries packed into a bundle only parts are used: LZ4's variant with native code is not.
            forEachClass(bundle, (name, content) -> CORE_ONLY.stream()
                    .filter(used -> name.startsWith("io/infloop/")
                            && !name.equals(LIST_OF_WHAT_IS_FORBIDDEN)
                            && content.contains(used))
                    .forEach(used -> offenders.add(bundle.getFileName() + " " + name + ": " + used)));
        }
        assertThat(offenders).isEmpty();
    }

    @Test
    void aBundleIsNamedAfterItsRootPackage() throws IOException {
        for (Path bundle : ourBundles()) {
            try (JarFile jar = new JarFile(bundle.toFile())) {
                String name = jar.getManifest().getMainAttributes().getValue("Bundle-SymbolicName");
                assertThat(bundle.getFileName().toString()).startsWith(name + "-");
                String root = name.replace('.', '/') + "/";
                for (JarEntry entry : Collections.list(jar.entries())) {
                    if (entry.getName().startsWith("io/infloop/")
                            && entry.getName().endsWith(".class")) {
                        assertThat(entry.getName()).as(name).startsWith(root);
                    }
                }
            }
        }
    }

    @Test
    void nobodyImportsTheInternalsOfAnotherBundle() throws IOException {
        for (Path bundle : ourBundles()) {
            assertThat(imports(bundle))
                    .as(bundle.getFileName().toString())
                    .noneMatch(name -> name.contains(".internal"));
        }
    }

    @Test
    void shippedPluginsImportNothingThatAStrangerCouldNot() throws IOException {
        for (Path bundle : ourBundles()) {
            if (isPlugin(bundle)) {
                assertThat(imports(bundle))
                        .as(bundle.getFileName().toString())
                        .allMatch(name -> OPEN_TO_PLUGINS.stream().anyMatch(name::startsWith));
            }
        }
    }

    private static boolean isPlugin(Path bundle) {
        return Stream.of("node", "provider", "signing", "webhook")
                .anyMatch(kind -> bundle.getFileName().toString().startsWith("io.infloop." + kind + "."));
    }

    private static List<String> imports(Path bundle) throws IOException {
        try (JarFile jar = new JarFile(bundle.toFile())) {
            String header = jar.getManifest().getMainAttributes().getValue("Import-Package");
            List<String> names = new ArrayList<>();
            if (header != null) {
                // Attributes hold commas only inside quotes, and no package is named inside quotes here.
                for (String clause : header.replaceAll("\"[^\"]*\"", "").split(",")) {
                    names.add(clause.split(";")[0].strip());
                }
            }
            return names;
        }
    }

    private static List<Path> ourBundles() throws IOException {
        Path repository = Distribution.home().resolve("repository/io/infloop");
        try (Stream<Path> files = Files.walk(repository)) {
            List<Path> bundles =
                    files.filter(path -> path.toString().endsWith(".jar")).toList();
            assertThat(bundles).hasSizeGreaterThan(15);
            return bundles;
        }
    }

    private interface ClassVisitor {
        void visit(String name, String content);
    }

    private static void forEachClass(Path bundle, ClassVisitor visitor) throws IOException {
        try (JarFile jar = new JarFile(bundle.toFile())) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                if (entry.getName().endsWith(".class")) {
                    try (InputStream content = jar.getInputStream(entry)) {
                        visitor.visit(entry.getName(), new String(content.readAllBytes(), StandardCharsets.ISO_8859_1));
                    }
                }
            }
        }
    }
}
