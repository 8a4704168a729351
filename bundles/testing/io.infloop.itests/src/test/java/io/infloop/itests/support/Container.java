package io.infloop.itests.support;

import static org.ops4j.pax.exam.CoreOptions.cleanCaches;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.frameworkStartLevel;
import static org.ops4j.pax.exam.CoreOptions.systemPackages;
import static org.ops4j.pax.exam.CoreOptions.url;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.ops4j.pax.exam.Option;

/** Options for a Pax Exam container that holds what the shipped feature files name, taken from the assembled distribution. */
public final class Container {
    private static final String LOGBACK_PACKAGES_VERSION = "2.0.17";

    private Container() {}

    /** @param data the data directory of the server in the container */
    public static Option[] options(Path data) {
        try {
            List<Option> options = new ArrayList<>();
            options.add(url(handOverBundle().toUri().toString()).startLevel(1));
            StringBuilder plugins = new StringBuilder();
            for (JsonNode bundle : feature("platform.json").path("bundles")) {
                var provision = url("reference:"
                                + jar(bundle.path("id").asText()).toUri())
                        .startLevel(bundle.path("start-order").asInt());
                options.add(isStarted(bundle) ? provision : provision.noStart());
            }
            for (String name : List.of("plugins.json", "webhooks.json")) {
                for (JsonNode bundle : feature(name).path("bundles")) {
                    Path jar = jar(bundle.path("id").asText());
                    plugins.append(bundle.path("start-order").asInt())
                            .append('|')
                            .append(symbolicName(jar))
                            .append('|');
                    plugins.append(jar.toUri()).append('\n');
                }
            }
            options.add(frameworkProperty(HandOverActivator.PLUGINS)
                    .value(plugins.toString().strip()));
            options.add(frameworkProperty(HandOverActivator.ENVIRONMENT)
                    .value(String.join(
                            "\n",
                            List.of(
                                    "PATH=" + System.getenv("PATH"),
                                    "HOME=" + data.getParent(),
                                    "PORT=0",
                                    "INFLOOP_WEBHOOK_RATE_LIMIT=0",
                                    "INFLOOP_DATA_DIR=" + data))));
            Path instance = data.resolve("instances/in-container");
            Files.createDirectories(instance);
            Map.of(
                            "infloop.home", Distribution.home().toString(),
                            "infloop.data", data.toString(),
                            "infloop.instance", "in-container",
                            "infloop.instance.dir", instance.toString(),
                            "infloop.version", Distribution.version(),
                            "infloop.mode", "server",
                            "infloop.parts", "plugins,engine,ingress,rest",
                            "org.osgi.service.http.port", "-1",
                            "org.osgi.framework.bsnversion", "managed")
                    .forEach(
                            (name, value) -> options.add(frameworkProperty(name).value(value)));
            options.add(systemPackages(
                    "org.slf4j;version=" + LOGBACK_PACKAGES_VERSION,
                    "org.slf4j.event;version=" + LOGBACK_PACKAGES_VERSION,
                    "org.slf4j.helpers;version=" + LOGBACK_PACKAGES_VERSION,
                    "org.slf4j.spi;version=" + LOGBACK_PACKAGES_VERSION,
                    "org.slf4j;version=1.7.36",
                    "org.slf4j.helpers;version=1.7.36",
                    "org.slf4j.spi;version=1.7.36",
                    "org.junit.jupiter.api",
                    "org.junit.jupiter.api.function",
                    "org.junit.jupiter.api.extension",
                    "org.opentest4j",
                    "org.assertj.core.api",
                    "org.awaitility",
                    "org.awaitility.core"));
            options.add(frameworkStartLevel(100));
            options.add(cleanCaches(true));
            return options.toArray(Option[]::new);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static JsonNode feature(String name) throws IOException {
        return Server.JSON.readTree(
                Files.readAllBytes(Distribution.home().resolve("features").resolve(name)));
    }

    private static boolean isStarted(JsonNode bundle) {
        return !bundle.path("start").asText("true").equals("false");
    }

    /** The jar of {@code group:artifact:version} in the distribution's repository. */
    private static Path jar(String id) {
        String[] parts = id.split(":");
        return Distribution.home()
                .resolve("repository")
                .resolve(parts[0].replace('.', '/'))
                .resolve(parts[1])
                .resolve(parts[2])
                .resolve(parts[1] + "-" + parts[2] + ".jar");
    }

    private static String symbolicName(Path bundle) throws IOException {
        try (JarFile jar = new JarFile(bundle.toFile())) {
            return jar.getManifest()
                    .getMainAttributes()
                    .getValue("Bundle-SymbolicName")
                    .split(";")[0];
        }
    }

    private static Path handOverBundle() throws IOException {
        Path jar = Distribution.temporaryDirectory("hand-over").resolve("hand-over.jar");
        Manifest manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.putValue("Bundle-ManifestVersion", "2");
        headers.putValue("Bundle-SymbolicName", "io.infloop.itests.handover");
        headers.putValue("Bundle-Activator", HandOverActivator.class.getName());
        headers.putValue("Import-Package", "org.osgi.framework,org.osgi.framework.startlevel");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            String entry = HandOverActivator.class.getName().replace('.', '/') + ".class";
            out.putNextEntry(new JarEntry(entry));
            HandOverActivator.class.getClassLoader().getResourceAsStream(entry).transferTo(out);
            out.closeEntry();
        }
        return jar;
    }
}
