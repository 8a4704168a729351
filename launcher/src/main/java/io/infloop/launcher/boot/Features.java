package io.infloop.launcher.boot;

import io.infloop.launcher.exit.CommandFailure;
import io.infloop.launcher.json.JsonText;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.osgi.service.feature.Feature;
import org.osgi.service.feature.FeatureExtension;
import org.osgi.service.feature.FeatureService;
import org.osgi.service.feature.ID;

/**
 * The feature files of a distribution: which bundles it consists of and how they start.
 *
 * @param properties of the framework
 * @param bundles by start level, then in the order of the files
 */
record Features(Map<String, String> properties, List<FeatureBundle> bundles) {
    private static final String PROPERTIES_EXTENSION = "framework-launching-properties";
    private static final int DEFAULT_START_LEVEL = 50;

    /**
     * Reads every {@code *.json} of the directory, by name.
     *
     * @throws CommandFailure if a file is wrong, or a bundle is not in the repository
     */
    static Features read(Path home) {
        FeatureService service = ServiceLoader.load(FeatureService.class)
                .findFirst()
                .orElseThrow(() -> incomplete("no reader of feature files in " + home.resolve("lib")));
        Map<String, String> properties = new LinkedHashMap<>();
        List<FeatureBundle> bundles = new ArrayList<>();
        for (Path file : files(home.resolve("features"))) {
            Feature feature;
            try (Reader reader = Files.newBufferedReader(file)) {
                feature = service.readFeature(reader);
                readProperties(feature, properties);
            } catch (IOException | RuntimeException broken) {
                throw incomplete("the feature file " + file + " cannot be read: " + broken.getMessage());
            }
            boolean plugins = feature.getCategories().contains("plugins");
            feature.getBundles().forEach(bundle -> bundles.add(read(bundle, plugins, home.resolve("repository"))));
        }
        bundles.sort(Comparator.comparingInt(FeatureBundle::startLevel));
        return new Features(properties, List.copyOf(bundles));
    }

    private static FeatureBundle read(org.osgi.service.feature.FeatureBundle bundle, boolean plugin, Path repository) {
        ID id = bundle.getID();
        Path file = repository
                .resolve(id.getGroupId().replace('.', '/'))
                .resolve(id.getArtifactId())
                .resolve(id.getVersion())
                .resolve(id.getArtifactId() + "-" + id.getVersion() + ".jar");
        if (!Files.isRegularFile(file)) {
            throw incomplete("the bundle " + id + " is missing (" + file + ")");
        }
        Map<String, Object> metadata = bundle.getMetadata();
        int startLevel = metadata.get("start-order") instanceof Number number ? number.intValue() : DEFAULT_START_LEVEL;
        boolean started = !"false".equals(String.valueOf(metadata.get("start")));
        String location = plugin ? "shipped:" + id.getArtifactId() : "reference:" + file.toUri();
        Optional<String> source =
                metadata.get("webhook-source") instanceof String named ? Optional.of(named) : Optional.empty();
        return new FeatureBundle(id.toString(), file, location, startLevel, started, plugin, source);
    }

    private static void readProperties(Feature feature, Map<String, String> properties) throws IOException {
        FeatureExtension extension = feature.getExtensions().get(PROPERTIES_EXTENSION);
        if (extension == null) {
            return;
        }
        JsonObject json = JsonText.object(extension.getJSON());
        new TreeMap<>(json).forEach((name, value) -> {
            if (value instanceof JsonString text) {
                properties.put(name, text.getString());
            }
        });
    }

    private static List<Path> files(Path directory) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.json")) {
            found.forEach(files::add);
        } catch (IOException missing) {
            throw incomplete("the feature files in " + directory + " cannot be read");
        }
        files.sort(Comparator.naturalOrder());
        return files;
    }

    private static CommandFailure incomplete(String what) {
        return CommandFailure.refusal(
                "damaged-distribution", "this distribution is damaged: " + what + "; unpack it again");
    }
}
