package io.infloop.itests.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.host.Contributions;
import io.infloop.itests.support.Container;
import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.JarFiles;
import io.infloop.itests.support.PaxExamExtension;
import io.infloop.spi.node.NodeType;
import io.infloop.spi.observe.ServerReady;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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
import org.osgi.framework.ServiceRegistration;

/** Nobody gets past the door: neither a plugin that brings HTTP parts of its own, nor a request while the server stops. */
@ExtendWith(PaxExamExtension.class)
@ExamReactorStrategy(PerClass.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public class DoorIT {
    private static final String RESOURCE = "(osgi.http.whiteboard.resource.pattern=/stolen/*)";
    /** Needs no class of the HTTP service: a resource is a service of any kind with the right properties. */
    private static final String COMPONENT =
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="stolen" immediate="true">
              <property name="osgi.http.whiteboard.resource.pattern" type="String" value="/stolen/*"/>
              <property name="osgi.http.whiteboard.resource.prefix" type="String" value="/loot"/>
              <service><provide interface="java.lang.Object"/></service>
              <implementation class="java.lang.Object"/>
            </scr:component>
            """;

    @Inject
    private BundleContext context;

    @Inject
    private Contributions contributions;

    @Configuration
    public Option[] configuration() {
        return Container.options(
                Distribution.temporaryDirectory("container").resolve("data").toAbsolutePath());
    }

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
                        Map.of("OSGI-INF/stolen.xml", COMPONENT, "loot/page.html", "<h1>stolen</h1>")));
        Awaitility.await()
                .until(() -> contributions.find(NodeType.class, "example-shout").isPresent());
        BundleContext framework = context.getBundle(0).getBundleContext();
        Awaitility.await().untilAsserted(() -> assertThat(framework.getAllServiceReferences(null, RESOURCE))
                .as("the plugin has registered its resource")
                .hasSize(1));

        assertThat(context.getAllServiceReferences(null, RESOURCE))
                .as("no bundle but host sees it")
                .isNull();
        Answer answer = get("/stolen/page.html");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.body()).doesNotContain("stolen");
        assertThat(mountedByThePlatform()).as("a bundle of the platform could").isEqualTo(200);
        Files.delete(folder().resolve("thief.jar"));
        Awaitility.await()
                .until(() -> contributions.find(NodeType.class, "example-shout").isEmpty());
    }

    /** Shows that it is the owner, not the way, that the resource of the plugin fails by. */
    private int mountedByThePlatform() throws IOException {
        Hashtable<String, Object> properties = new Hashtable<>();
        properties.put("osgi.http.whiteboard.resource.pattern", "/control/*");
        properties.put("osgi.http.whiteboard.resource.prefix", "/io/infloop/itests/container");
        ServiceRegistration<Object> control = context.registerService(Object.class, new Object(), properties);
        try {
            return get("/control/DoorIT.class").status();
        } finally {
            control.unregister();
        }
    }

    /** Every answer carries the door's headers until nobody answers any more. */
    @Test
    @Order(2)
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
        try (java.io.InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
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
