package io.infloop.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.HostileJars;
import io.infloop.itests.support.JarFiles;
import io.infloop.itests.support.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Jars that a naive server would run: none of their code is ever loaded, and the list of plugins says why. */
class HostilePluginIT {
    private static Server server;

    @BeforeAll
    static void prepare() {
        server = SharedServer.get();
    }

    @Test
    void codeThatBelongsToThePlatformIsRefusedBeforeItIsLoaded() throws IOException {
        Path good = Distribution.example("io.infloop.example.node");
        drop(HostileJars.withClass(
                good, "hostile.process", "Object o() throws Exception { return new ProcessBuilder(\"id\").start(); }"));
        drop(HostileJars.withClass(good, "hostile.environment", "static final Object O = System.getenv(\"PATH\");"));
        drop(HostileJars.withClass(good, "hostile.exit", "static final Runnable O = () -> System.exit(3);"));
        drop(HostileJars.withLibrary(
                good, "hostile.library", "void o() throws Exception { Runtime.getRuntime().exec(\"id\"); }"));
        drop(HostileJars.withClass(
                good, "hostile.network", "Object o() throws Exception { return new java.net.Socket(\"a\", 1); }"));

        assertThat(reason("hostile.process"))
                .isEqualTo("class hostile.Thing creates java.lang.ProcessBuilder, which plugins may not:"
                        + " start programs with the SPI's process launcher (io.infloop.spi.process) instead");
        assertThat(reason("hostile.environment"))
                .startsWith("class hostile.Thing calls java.lang.System.getenv, which plugins may not: ");
        assertThat(reason("hostile.exit"))
                .startsWith("class hostile.Thing calls java.lang.System.exit, which plugins may not: ");
        assertThat(reason("hostile.library"))
                .startsWith(
                        "class hostile.Thing of lib/helpful.jar calls java.lang.Runtime.exec, which plugins may not: ");
        assertThat(reason("hostile.network"))
                .startsWith("class hostile.Thing creates java.net.Socket, which plugins may not: ")
                .contains("io.infloop.spi.http");
        assertThat(server.get("/api/health").status()).isEqualTo(200);
        assertThat(server.get("/api/node-types").body()).doesNotContain("example-shout");

        for (String id : List.of("process", "environment", "exit", "library", "network")) {
            Files.delete(folder().resolve("hostile." + id + ".jar"));
        }
        Fixtures.await().until(() -> plugins().keySet().stream().noneMatch(name -> name.startsWith("hostile.")));
    }

    @Test
    void whatShipsWouldBeAdmittedFromAStranger() throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> jars = Files.walk(Distribution.home().resolve("repository/io/infloop"))) {
            for (Path jar : jars.filter(HostilePluginIT::isPlugin).toList()) {
                String id = "stranger." + jar.getFileName().toString().replaceAll("-[0-9].*", "");
                Path copy = JarFiles.withHeader(jar, "Bundle-SymbolicName", id);
                Path named = Files.move(copy, copy.resolveSibling(id + ".jar"));
                drop(named);
                files.put(id, jar.toString());
            }
        }
        assertThat(files).hasSizeGreaterThan(5);

        Fixtures.await().untilAsserted(() -> assertThat(plugins())
                .containsKeys(files.keySet().toArray(String[]::new)));
        // Their ids are taken, which is found out when they run.
        Fixtures.await().untilAsserted(() -> assertThat(plugins().entrySet())
                .filteredOn(plugin -> files.containsKey(plugin.getKey()))
                .allSatisfy(plugin -> assertThat(plugin.getValue().path("state").asText())
                        .as(plugin.getValue().toString())
                        .isIn("active", "duplicate")));

        for (String id : files.keySet()) {
            Files.delete(folder().resolve(id + ".jar"));
        }
        Fixtures.await().until(() -> plugins().keySet().stream().noneMatch(files::containsKey));
    }

    private static boolean isPlugin(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".jar")
                && Stream.of("node", "provider", "signing", "webhook")
                        .anyMatch(kind -> name.startsWith("io.infloop." + kind + "."));
    }

    /** The entries of the list of plugins, by id or, for files that are refused, by the name of the file without its ending. */
    private static Map<String, JsonNode> plugins() {
        Map<String, JsonNode> plugins = new TreeMap<>();
        for (JsonNode plugin : server.get("/api/plugins").json().path("plugins")) {
            String origin = plugin.path("origin").asText();
            String name = origin.endsWith(".jar")
                    ? origin.substring(origin.lastIndexOf('/') + 1, origin.length() - ".jar".length())
                    : plugin.path("id").asText();
            plugins.put(name, plugin);
        }
        return plugins;
    }

    private static String reason(String id) {
        Fixtures.await()
                .until(() -> plugins().containsKey(id)
                        && plugins().get(id).path("state").asText().equals("failed"));
        return plugins().get(id).path("reason").asText();
    }

    private static Path folder() throws IOException {
        return Files.createDirectories(server.data().resolve("plugins"));
    }

    private static void drop(Path jar) throws IOException {
        Path temporary = folder().resolve("." + jar.getFileName() + ".tmp");
        Files.copy(jar, temporary, StandardCopyOption.REPLACE_EXISTING);
        Files.move(
                temporary,
                folder().resolve(jar.getFileName()),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }
}
