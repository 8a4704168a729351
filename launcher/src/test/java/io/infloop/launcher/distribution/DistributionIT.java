package io.infloop.launcher.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.launcher.json.JsonText;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What was assembled, looked at from outside. */
class DistributionIT {
    private static final Path HOME = Path.of(System.getProperty("infloop.distribution"));

    @Test
    void theRepositoryHoldsExactlyWhatTheFeaturesList() throws IOException {
        Set<String> listed = new TreeSet<>();
        for (String name : new String[] {"platform.json", "plugins.json"}) {
            JsonObject feature =
                    JsonText.object(Files.readString(HOME.resolve("features").resolve(name)));
            JsonText.children(feature, "bundles").forEach(bundle -> listed.add(path(bundle.getString("id"))));
        }

        assertThat(files(HOME.resolve("repository"))).isEqualTo(listed);
    }

    @Test
    void everythingThatAnOperatorNeedsIsThere() {
        for (String name : new String[] {
            "bin/infloop",
            "config/logback.xml",
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
    void theChecksumsFit() throws Exception {
        try (Stream<Path> files = Files.list(HOME.getParent())) {
            for (Path checksum :
                    files.filter(file -> file.toString().endsWith(".sha256")).toList()) {
                String[] line = Files.readString(checksum).strip().split(" {2}");
                assertThat(sha256(checksum.resolveSibling(line[1]))).as(line[1]).isEqualTo(line[0]);
            }
        }
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
