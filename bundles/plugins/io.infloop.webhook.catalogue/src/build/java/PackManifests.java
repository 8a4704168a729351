import io.infloop.host.internal.manifest.Manifest;
import io.infloop.host.internal.manifest.ManifestBundles;
import io.infloop.host.internal.manifest.ManifestKind;
import io.infloop.host.internal.manifest.ManifestReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Part of the build: makes one bundle of each manifest, as the server does with a manifest that is dropped into a folder, and lays
 * them out like a Maven repository. Arguments: folder of the manifests, folder to write to, version.
 */
final class PackManifests {
    private static final String GROUP = "io.infloop";

    private PackManifests() {}

    public static void main(String[] arguments) throws Exception {
        Path manifests = Path.of(arguments[0]);
        Path repository = Path.of(arguments[1]);
        String version = arguments[2];
        List<Path> files;
        try (Stream<Path> found = Files.list(manifests)) {
            files = found.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
        for (Path file : files) {
            String name = file.getFileName().toString();
            byte[] document = Files.readAllBytes(file);
            Manifest manifest = ManifestReader.read(name, document, Optional.of(ManifestKind.WEBHOOK));
            if (!name.equals(manifest.id() + ".json")) {
                throw new IllegalStateException(
                        name + " holds the source " + manifest.id() + "; give the file its name");
            }
            String artifact = GROUP + ".webhook." + manifest.id();
            Path folder = repository
                    .resolve(GROUP.replace('.', '/'))
                    .resolve(artifact)
                    .resolve(version);
            Files.createDirectories(folder);
            Files.write(
                    folder.resolve(artifact + "-" + version + ".jar"),
                    ManifestBundles.write(artifact, version, ManifestKind.WEBHOOK, document));
        }
    }
}
