package io.infloop.itests.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.host.Contributions;
import io.infloop.host.PluginState;
import io.infloop.host.Plugins;
import io.infloop.itests.support.Container;
import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.JarFiles;
import io.infloop.itests.support.PaxExamExtension;
import io.infloop.spi.node.NodeType;
import io.infloop.spi.observe.ServerReady;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.inject.Inject;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.servlet.runtime.HttpServiceRuntime;
import org.osgi.service.servlet.runtime.dto.RuntimeDTO;

/** Nobody gets past the door: neither a plugin that brings HTTP parts of its own, nor a request while the server stops. */
@ExtendWith(PaxExamExtension.class)
@ExamReactorStrategy(PerClass.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public class DoorIT {
    private static final String STOLEN = "(infloop.test=stolen)";

    /** What a plugin needs no class of the HTTP service for: declarative services register by names. */
    private static final Map<String, String> DECLARED = Map.of(
            "jakarta.servlet.Servlet", "servlet.pattern=/stolen/servlet",
            "jakarta.servlet.Filter", "filter.pattern=/*",
            "jakarta.servlet.ServletRequestListener", "listener=true",
            "org.osgi.service.servlet.whiteboard.Preprocessor", "preprocessor=true",
            "org.osgi.service.servlet.context.ServletContextHelper", "context.name=stolen",
            "org.apache.felix.http.jetty.ConnectorFactory", "connector=true",
            "org.apache.felix.http.jetty.LoadBalancerCustomizerFactory", "customizer=true",
            "org.osgi.service.cm.ManagedService", "configuration=true",
            "java.lang.Object", "resource.pattern=/stolen/*");

    private static final String RESOURCE_PREFIX =
            "  <property name=\"osgi.http.whiteboard.resource.prefix\" type=\"String\" value=\"/loot\"/>\n";

    private static final String ERROR_PAGE =
            "  <property name=\"osgi.http.whiteboard.servlet.errorPage\" type=\"String\" value=\"404\"/>\n";

    private static final String COMPONENT =
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="stolen.%1$s" immediate="true">
              <property name="osgi.http.whiteboard.%2$s" type="String" value="%3$s"/>
              <property name="osgi.http.whiteboard.context.path" type="String" value="/stolen/context"/>
              <property name="service.pid" type="String" value="org.apache.felix.http"/>
              <property name="service.ranking" type="Integer" value="2147483647"/>
              <property name="infloop.test" type="String" value="stolen"/>
            %4$s  <service><provide interface="%1$s"/></service>
              <implementation class="java.lang.Object"/>
            </scr:component>
            """;

    @Inject
    private BundleContext context;

    @Inject
    private Contributions contributions;

    @Inject
    private Plugins plugins;

    @Configuration
    public Option[] configuration() {
        return Container.options(
                Distribution.temporaryDirectory("container").resolve("data").toAbsolutePath());
    }

    /** From a jar in the folder, by what plugins may use. */
    @Test
    @Order(1)
    public void aPluginMountsNothing() throws Exception {
        awaitReady();
        drop(
                "thief.jar",
                JarFiles.with(
                        Distribution.example("io.infloop.example.node"),
                        "Service-Component",
                        "OSGI-INF/*.xml",
                        loot()));
        Awaitility.await()
                .until(() -> contributions.find(NodeType.class, "example-shout").isPresent());
        BundleContext framework = context.getBundle(0).getBundleContext();
        Awaitility.await().untilAsserted(() -> assertThat(framework.getAllServiceReferences(null, STOLEN))
                .as("the plugin has registered what it wants to be taken")
                .hasSize(DECLARED.size()));

        assertThat(context.getAllServiceReferences(null, STOLEN))
                .as("no bundle but host sees it")
                .isNull();
        for (String path : List.of("/stolen/page.html", "/stolen/servlet", "/stolen/context/")) {
            Answer answer = get(path);
            assertThat(answer.status()).as(path).isEqualTo(404);
            assertThat(answer.body()).doesNotContain("stolen");
        }
        assertThat(get("/api/health").status()).isEqualTo(200);
        Files.delete(folder().resolve("thief.jar"));
        Awaitility.await()
                .until(() -> contributions.find(NodeType.class, "example-shout").isEmpty());
    }

    private static Map<String, String> loot() {
        Map<String, String> entries = new HashMap<>();
        entries.put("loot/page.html", "<h1>stolen</h1>");
        DECLARED.forEach((type, property) -> {
            String[] parts = property.split("=", 2);
            String more = type.equals("java.lang.Object")
                    ? RESOURCE_PREFIX
                    : type.equals("jakarta.servlet.Servlet") ? ERROR_PAGE : "";
            entries.put("OSGI-INF/stolen." + type + ".xml", String.format(COMPONENT, type, parts[0], parts[1], more));
        });
        return entries;
    }

    /** With the classes of the HTTP service a plugin could do it as every tutorial says; it does not get them. */
    @Test
    @Order(2)
    public void aPluginDoesNotGetTheClassesToDoIt() throws Exception {
        awaitReady();
        for (String packageName : List.of(
                "jakarta.servlet",
                "jakarta.servlet.http",
                "org.osgi.service.servlet.whiteboard",
                "org.osgi.service.servlet.context",
                "org.apache.felix.http.jetty",
                "org.eclipse.jetty.server",
                "org.osgi.service.cm",
                "org.osgi.framework")) {
            Path jar =
                    JarFiles.withHeader(Distribution.example("io.infloop.example.node"), "Import-Package", packageName);
            drop("importer.jar", jar);
            Awaitility.await().untilAsserted(() -> assertThat(plugins.list())
                    .filteredOn(plugin -> plugin.origin().endsWith("importer.jar"))
                    .singleElement()
                    .satisfies(plugin -> {
                        assertThat(plugin.state()).isEqualTo(PluginState.FAILED);
                        assertThat(plugin.reason().orElse("")).contains(packageName);
                    }));
            Files.delete(folder().resolve("importer.jar"));
            Awaitility.await().until(() -> plugins.list().stream()
                    .noneMatch(plugin -> plugin.origin().endsWith("importer.jar")));
        }
    }

    /** Somebody who got past all of that has the real classes, and services that work. */
    @Test
    @Order(3)
    public void evenServicesThatWorkAreNotTakenFromAPlugin() throws Exception {
        awaitReady();
        Bundle plugin = context.installBundle("plugin:intruder", emptyBundle());
        try {
            plugin.start();
            try (HttpParts stolen = new HttpParts(plugin.getBundleContext(), "stolen");
                    HttpParts ours = new HttpParts(context, "ours")) {
                // What comes from the platform is taken: it is the owner, not the way, that the others fail by.
                Awaitility.await().untilAsserted(() -> {
                    assertThat(get("/ours/servlet").body()).isEqualTo("stolen");
                    assertThat(ours.takenBy(runtime())).isEqualTo(ours.kinds());
                });

                assertThat(stolen.kinds()).hasSize(8);
                assertThat(stolen.takenBy(runtime())).isEmpty();
                assertThat(get("/stolen/servlet").body()).doesNotContain("stolen");
                assertThat(get("/stolen/context/x").body()).doesNotContain("stolen");
            }
        } finally {
            plugin.uninstall();
        }
    }

    private RuntimeDTO runtime() {
        return context.getService(context.getServiceReference(HttpServiceRuntime.class))
                .getRuntimeDTO();
    }

    private static InputStream emptyBundle() throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Bundle-ManifestVersion", "2");
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", "intruder");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new JarOutputStream(bytes, manifest).close();
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    /** Every answer carries the door's headers until nobody answers any more. */
    @Test
    @Order(9)
    public void theDoorGoesLast() throws Exception {
        awaitReady();
        String health = "/api/health";
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger refusedConnections = new AtomicInteger();
        AtomicInteger answers = new AtomicInteger();
        List<String> beside = new CopyOnWriteArrayList<>();
        int port = port();
        Thread visitor = new Thread(() -> {
            while (!stop.get()) {
                try {
                    Answer answer = get(port, health);
                    answers.incrementAndGet();
                    if (!"DENY".equals(answer.frameOptions()) || (answer.status() != 200 && answer.status() != 503)) {
                        beside.add(answer.toString());
                    }
                } catch (IOException nobody) {
                    refusedConnections.incrementAndGet();
                }
            }
        });
        visitor.start();
        try {
            Awaitility.await().until(() -> answers.get() > 10);
            core().stop();
            assertThat(context.getServiceReference(ServerReady.class)).isNull();
            Awaitility.await().until(() -> refusedConnections.get() > 3);
        } finally {
            stop.set(true);
            visitor.join();
        }
        assertThat(beside).isEmpty();
        assertThat(context.getAllServiceReferences("org.osgi.service.servlet.whiteboard.Preprocessor", null))
                .isNull();
    }

    private void awaitReady() {
        Awaitility.await().until(() -> context.getServiceReference(ServerReady.class) != null);
    }

    private Bundle core() {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> "io.infloop.core".equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow();
    }

    private record Answer(int status, String frameOptions, String body) {}

    private Answer get(String path) throws IOException {
        return get(port(), path);
    }

    private static Answer get(int port, String path) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
        connection.setConnectTimeout(10_000);
        connection.setReadTimeout(10_000);
        int status = connection.getResponseCode();
        try (InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            return new Answer(
                    status,
                    connection.getHeaderField("X-Frame-Options"),
                    body == null ? "" : new String(body.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    private int port() throws IOException {
        String file = Files.readString(Path.of(context.getProperty("infloop.data"), "instances", "in-container.json"));
        Matcher matcher = Pattern.compile("\"port\"\\s*:\\s*([0-9]+)").matcher(file);
        assertThat(matcher.find()).as(file).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    private Path folder() throws IOException {
        return Files.createDirectories(Path.of(context.getProperty("infloop.data"), "plugins"));
    }

    private void drop(String name, Path content) throws IOException {
        Path temporary = folder().resolve("." + name + ".tmp");
        Files.copy(content, temporary, StandardCopyOption.REPLACE_EXISTING);
        Files.move(
                temporary, folder().resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
