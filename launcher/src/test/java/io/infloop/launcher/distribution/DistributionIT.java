package io.infloop.launcher.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.launcher.json.JsonText;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** What was assembled, looked at from outside. */
class DistributionIT {
    private static final Path HOME = Path.of(System.getProperty("infloop.distribution"));
    private static final Instant BUILD_TIME = Instant.parse(System.getProperty("infloop.build.time"));

    @Test
    void theRepositoryHoldsExactlyWhatTheFeaturesList() throws IOException {
        Set<String> listed = new TreeSet<>();
        for (String name : new String[] {"platform.json", "plugins.json", "webhooks.json"}) {
            ids(name).forEach(id -> listed.add(path(id)));
        }

        assertThat(files(HOME.resolve("repository"))).isEqualTo(listed);
    }

    @Test
    void everythingThatAnOperatorNeedsIsThere() {
        for (String name : new String[] {
            "bin/infloop",
            "config/logback.xml",
            "config/infloop.service",
            "config/Dockerfile",
            "config/docker-compose.yml",
            "LICENSE",
            "README.txt",
            "THIRD-PARTY.txt",
            "demo/agent.sh",
            "demo/demo-plugin-1.0.0.jar",
            "demo/demo-plugin-2.0.0.jar",
            "demo/pull_request-opened.json",
            "features/schema/feature.schema.json"
        }) {
            assertThat(HOME.resolve(name)).isNotEmptyFile();
        }
        assertThat(HOME.resolve("bin/infloop")).isExecutable();
    }

    @Test
    void noBundleIsOnTheLaunchersClassPath() throws IOException {
        assertThat(files(HOME.resolve("lib")))
                .noneMatch(name -> name.startsWith("io.infloop.") && !name.startsWith("io.infloop.launcher-"));
    }

    @Test
    void everyJarIsNamedInTheNoticesAndInTheBillOfMaterials() throws IOException {
        String notices = Files.readString(HOME.resolve("THIRD-PARTY.txt"));
        Set<String> components = components();
        Set<String> ofCatalogue = ids("webhooks.json");
        for (Path jar : jars()) {
            String name = jar.getFileName().toString().replaceFirst("\\.jar$", "");
            String artifact = name.replaceFirst("-[0-9].*$", "");
            String version = name.substring(artifact.length() + 1);
            if (!name.startsWith("io.infloop.")) {
                assertThat(notices).as(jar.toString()).contains(":" + artifact + ":" + version);
            }
            if (!components.isEmpty()) {
                assertThat(components).as(jar.toString()).contains(component(artifact, ofCatalogue) + ":" + version);
            }
        }
    }

    @Test
    void whatIsPackedIntoOurBundlesIsNamedToo() throws IOException {
        Set<String> foreign = new TreeSet<>();
        for (Path jar : jars()) {
            if (jar.getFileName().toString().startsWith("io.infloop.")) {
                try (JarFile content = new JarFile(jar.toFile())) {
                    content.stream()
                            .map(entry -> entry.getName())
                            .filter(name -> name.endsWith(".class") && !name.startsWith("io/infloop/"))
                            .forEach(name -> foreign.add(String.join(
                                    "/", List.of(name.split("/", -1)).subList(0, 2))));
                }
            }
        }

        assertThat(foreign).containsExactly("com/google", "io/prometheus", "net/jpountz");
        assertThat(Files.readString(HOME.resolve("THIRD-PARTY.txt")))
                .contains(
                        "at.yawk.lz4:lz4-java:",
                        "com.google.re2j:re2j:",
                        "io.prometheus:prometheus-metrics-core:",
                        "Copyright (c) 2009-2021 The Go Authors",
                        "THIS SOFTWARE IS PROVIDED");
        assertThat(components()).satisfiesAnyOf(names -> assertThat(names).isEmpty(), names -> assertThat(names)
                .anyMatch(name -> name.startsWith("re2j:")));
    }

    @Test
    void theChecksumsFit() throws Exception {
        try (Stream<Path> files = Files.list(HOME.getParent())) {
            for (Path checksum :
                    files.filter(file -> file.toString().endsWith(".sha256")).toList()) {
                String[] line = Files.readString(checksum).strip().split(" {2}");
                assertThat(sha256(checksum.resolveSibling(line[1]))).as(line[1]).isEqualTo(line[0]);
            }
        }
    }

    /** What makes two builds of one commit the same, wherever and by whomever they are made. */
    @Test
    void theArchivesTellNothingAboutWhoBuiltThemWhereAndWhen() throws IOException {
        List<TarEntry> entries = TarEntry.read(archive(".tar.gz"));

        assertThat(entries).hasSizeGreaterThan(100);
        assertThat(entries).allSatisfy(entry -> {
            assertThat(entry.owner()).isEqualTo("0:0:root:root");
            assertThat(entry.seconds()).isEqualTo(BUILD_TIME.getEpochSecond());
            assertThat(entry.mode()).isIn("0644", "0755");
        });
        assertThat(entries)
                .filteredOn(
                        entry -> entry.mode().equals("0755") && !entry.name().endsWith("/"))
                .extracting(entry -> entry.name().replaceFirst("^[^/]*/", ""))
                .containsExactlyInAnyOrder("bin/infloop", "demo/agent.sh");
        assertThat(entries).extracting(TarEntry::name).doesNotHaveDuplicates();
        try (ZipFile zip = new ZipFile(archive(".zip").toFile())) {
            assertThat(zip.stream().map(ZipEntry::getName).toList())
                    .isEqualTo(entries.stream().map(TarEntry::name).toList());
            assertThat(zip.stream().map(ZipEntry::getTimeLocal).distinct())
                    .containsExactly(LocalDateTime.ofInstant(BUILD_TIME, ZoneOffset.UTC));
        }
    }

    @Test
    void ourJarsTellNothingEither() throws IOException {
        for (Path jar : jars()) {
            if (jar.getFileName().toString().startsWith("io.infloop.")) {
                try (JarFile content = new JarFile(jar.toFile())) {
                    assertThat(content.stream().map(ZipEntry::getTimeLocal).distinct())
                            .as(jar.toString())
                            .hasSize(1);
                    assertThat(content.getManifest().getMainAttributes().keySet())
                            .as(jar.toString())
                            .extracting(Object::toString)
                            .doesNotContain("Bnd-LastModified", "Built-By", "Build-Jdk", "Created-By", "Tool");
                }
            }
        }
    }

    /** Without network the plugin that makes it is not run at all. */
    @Test
    void theBillOfMaterialsIsThereUnlessTheBuildWasOffline() {
        if (!System.getProperty("infloop.build.network").equals("offline: true")) {
            assertThat(HOME.resolve("sbom.cdx.json")).isNotEmptyFile();
        }
    }

    /** The bundles of senders are pieces of one component. */
    private static String component(String artifact, Set<String> ofCatalogue) {
        return ofCatalogue.stream().anyMatch(id -> id.contains(":" + artifact + ":"))
                ? "io.infloop.webhook.catalogue"
                : artifact;
    }

    private static Set<String> ids(String feature) throws IOException {
        Set<String> ids = new TreeSet<>();
        JsonText.children(
                        JsonText.object(
                                Files.readString(HOME.resolve("features").resolve(feature))),
                        "bundles")
                .forEach(bundle -> ids.add(bundle.getString("id")));
        return ids;
    }

    private static Path archive(String ending) throws IOException {
        try (Stream<Path> files = Files.list(HOME.getParent())) {
            return files.filter(file -> file.getFileName().toString().startsWith("infloop-")
                            && file.getFileName().toString().endsWith(ending))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Artifact and version of each. Empty when the build had no network: then there is no bill of materials. */
    private static Set<String> components() throws IOException {
        Set<String> names = new TreeSet<>();
        Path bill = HOME.resolve("sbom.cdx.json");
        if (Files.exists(bill)) {
            JsonText.children(JsonText.object(Files.readString(bill)), "components")
                    .forEach(
                            component -> names.add(component.getString("name") + ":" + component.getString("version")));
        }
        return names;
    }

    private static List<Path> jars() throws IOException {
        List<Path> jars = new ArrayList<>();
        for (String root : new String[] {"lib", "repository"}) {
            try (Stream<Path> files = Files.walk(HOME.resolve(root))) {
                files.filter(file -> file.toString().endsWith(".jar")).forEach(jars::add);
            }
        }
        assertThat(jars).hasSizeGreaterThan(20);
        return jars;
    }

    private static String path(String id) {
        String[] parts = id.split(":");
        return parts[0].replace('.', '/') + "/" + parts[1] + "/" + parts[2] + "/" + parts[1] + "-" + parts[2] + ".jar";
    }

    private static Set<String> files(Path root) throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.walk(root)) {
            files.filter(Files::isRegularFile)
                    .forEach(file -> names.add(root.relativize(file).toString()));
        }
        return names;
    }

    private static String sha256(Path file) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        }
        return String.format("%064x", new BigInteger(1, digest.digest()));
    }
}
