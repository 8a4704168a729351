package io.infloop.core.internal.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.infloop.core.internal.egress.EgressPolicy;
import io.infloop.core.internal.egress.EgressTestBed;
import io.infloop.core.internal.egress.TestServer;
import io.infloop.core.internal.net.HostPattern;
import io.infloop.spi.Cancellation;
import io.infloop.spi.Registration;
import io.infloop.spi.http.HttpAnswer;
import io.infloop.spi.http.HttpCall;
import io.infloop.spi.http.HttpCallException;
import io.infloop.spi.http.HttpCallException.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EgressHttpCallerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** As plugins have it, but this machine is allowed. */
    private static final EgressPolicy LOCAL_TOO = new EgressPolicy(List.of(HostPattern.parse("127.0.0.1")), true);

    private final EgressTestBed bed = new EgressTestBed();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final List<EgressHttpCaller> callers = new ArrayList<>();

    @AfterEach
    void tearDown() {
        callers.forEach(EgressHttpCaller::close);
        bed.close();
        timer.shutdownNow();
    }

    private EgressHttpCaller caller(EgressPolicy policy) {
        return caller(policy, HttpClient::newBuilder);
    }

    private EgressHttpCaller caller(EgressPolicy policy, Supplier<HttpClient.Builder> clients) {
        EgressHttpCaller caller = new EgressHttpCaller(bed.gateway, policy, "acme.plugin", timer, clients);
        callers.add(caller);
        return caller;
    }

    private static HttpCall.Builder get(TestServer server) {
        return HttpCall.builder("GET", URI.create("http://server.test:" + server.port() + "/path?q"));
    }

    private static HttpCallException failure(EgressHttpCaller caller, HttpCall call) {
        return catchThrowableOfType(
                HttpCallException.class, () -> caller.call(call).close());
    }

    @Test
    void sendsAndReceives() throws Exception {
        try (TestServer server = new TestServer(socket -> {
            String head = EgressTestBed.readHead(socket);
            String body = new String(socket.getInputStream().readNBytes(5), StandardCharsets.UTF_8);
            EgressTestBed.send(
                    socket, "HTTP/1.1 404 Gone\r\nX-A: 1\r\nx-a: 2\r\nX-Infloop-Egress: 403\r\n\r\n" + head + body);
        })) {
            HttpCall call = HttpCall.builder("POST", URI.create("http://server.test:" + server.port() + "/path?q"))
                    .header("X-Key", "value")
                    .body("hello")
                    .build();
            try (HttpAnswer answer = caller(LOCAL_TOO).call(call)) {
                assertThat(answer.status()).isEqualTo(404);
                assertThat(answer.headers().get("x-a")).containsExactly("1", "2");
                assertThat(answer.header("X-A")).contains("1");
                assertThat(answer.text())
                        .startsWith("POST /path?q HTTP/1.1\r\n")
                        .contains("Host: server.test:" + server.port() + "\r\n", "X-Key: value\r\n")
                        .doesNotContain("Proxy-", "Bearer")
                        .endsWith("hello");
            }
        }
        assertThat(bed.lookedUp).containsExactly("server.test");
    }

    @Test
    void secureCallsGoThroughATunnelAndTheServerNeverSeesTheCredential(@TempDir Path directory) throws Exception {
        Path store = directory.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "a",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=server.test",
                        "-ext",
                        "SAN=dns:server.test",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "changeit")
                .inheritIO()
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "changeit".toCharArray());
        SSLContext serving = SSLContext.getInstance("TLS");
        serving.init(managers.getKeyManagers(), null, null);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("a", keys.getCertificate("a"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext trusting = SSLContext.getInstance("TLS");
        trusting.init(null, trust.getTrustManagers(), null);

        AtomicReference<String> seen = new AtomicReference<>();
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(serving));
        server.createContext("/", exchange -> {
            seen.set(exchange.getRequestHeaders().entrySet().toString());
            exchange.getResponseHeaders().add("X-Infloop-Egress", "403");
            exchange.getResponseHeaders().add("Location", "http://127.0.0.1/");
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        server.start();
        try {
            URI uri = URI.create("https://server.test:" + server.getAddress().getPort() + "/");
            HttpCall call = HttpCall.builder("GET", uri).build();
            EgressHttpCaller caller =
                    caller(LOCAL_TOO, () -> HttpClient.newBuilder().sslContext(trusting));
            for (int count = 0; count < 2; count++) {
                try (HttpAnswer answer = caller.call(call)) {
                    assertThat(answer.status()).isEqualTo(302);
                    assertThat(answer.text()).isEmpty();
                }
                assertThat(seen.get().toLowerCase(java.util.Locale.ROOT)).doesNotContain("proxy-", "bearer");
            }
            HttpCallException untrusted = failure(caller(LOCAL_TOO), call);
            assertThat(untrusted.reason()).isEqualTo(Reason.FAILED);
            assertThat(untrusted).hasMessageStartingWith("no secure connection to server.test:");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void pluginsReachPublicHostsOnlyAndAreToldWhy() throws Exception {
        bed.name("intern.test", "169.254.169.254");
        bed.name("mixed.test", "93.184.215.14 10.0.0.1");
        try (TestServer server = TestServer.mirror()) {
            EgressHttpCaller caller = caller(EgressPolicy.PUBLIC_HOSTS);
            for (String scheme : List.of("http", "https")) {
                for (String host : List.of("server.test", "intern.test", "mixed.test", "127.0.0.1", "[::1]")) {
                    if (scheme.equals("https") && host.startsWith("[")) {
                        // The client of Java 17 fails by itself at TLS with an IPv6 address.
                        continue;
                    }
                    URI uri = URI.create(scheme + "://" + host + ":" + server.port() + "/");
                    HttpCallException refused =
                            failure(caller, HttpCall.builder("GET", uri).build());
                    assertThat(refused.reason())
                            .as("%s %s", uri, refused.getMessage())
                            .isEqualTo(Reason.REFUSED);
                    assertThat(refused).hasMessageContaining("which is not public but");
                }
            }
            assertThat(server.accepted).hasValue(0);
        }
        assertThat(bed.audited).hasSize(9).allSatisfy(line -> assertThat(line.fields())
                .containsEntry("pluginId", "acme.plugin"));
    }

    @Test
    void hostsThatDoNotExistAreUnreachable() throws Exception {
        EgressHttpCaller caller = caller(EgressPolicy.PUBLIC_HOSTS);
        for (String uri : List.of("http://nowhere.test/", "https://nowhere.test/")) {
            HttpCallException unknown =
                    failure(caller, HttpCall.builder("GET", URI.create(uri)).build());
            assertThat(unknown.reason()).isEqualTo(Reason.UNREACHABLE);
            assertThat(unknown).hasMessage("the host nowhere.test is unknown");
        }
    }

    @Test
    void answersAreBounded() throws Exception {
        try (TestServer server = new TestServer(socket -> {
            EgressTestBed.readHead(socket);
            EgressTestBed.send(socket, "HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(10_000));
        })) {
            EgressHttpCaller caller = caller(LOCAL_TOO);
            try (HttpAnswer answer =
                    caller.call(get(server).responseBytes(10_000).build())) {
                assertThat(answer.text()).hasSize(10_000);
            }
            try (HttpAnswer answer =
                    caller.call(get(server).responseBytes(9_999).build())) {
                assertThatThrownBy(answer::text)
                        .isInstanceOfSatisfying(HttpCallException.class, tooLarge -> assertThat(tooLarge.reason())
                                .isEqualTo(Reason.TOO_LARGE));
            }
        }
    }

    @Test
    void silenceBeforeAndInTheAnswerEndsWithTheTimeout() throws Exception {
        try (TestServer mute = new TestServer(
                        socket -> socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream()));
                TestServer stuck = new TestServer(socket -> {
                    EgressTestBed.readHead(socket);
                    EgressTestBed.send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
                    EgressTestBed.readHead(socket);
                })) {
            EgressHttpCaller caller = caller(LOCAL_TOO);
            HttpCallException silent =
                    failure(caller, get(mute).timeout(Duration.ofMillis(400)).build());
            assertThat(silent.reason()).isEqualTo(Reason.TIMED_OUT);
            try (HttpAnswer answer =
                    caller.call(get(stuck).timeout(Duration.ofMillis(800)).build())) {
                assertThatThrownBy(answer::text)
                        .isInstanceOfSatisfying(HttpCallException.class, late -> assertThat(late.reason())
                                .isEqualTo(Reason.TIMED_OUT));
            }
            await().atMost(PATIENCE).until(() -> mute.openConnections() + stuck.openConnections() == 0);
        }
    }

    @Test
    void cancellationEndsACallAtAnyPoint() throws Exception {
        try (TestServer stuck = new TestServer(socket -> {
            EgressTestBed.readHead(socket);
            EgressTestBed.send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
            EgressTestBed.readHead(socket);
        })) {
            EgressHttpCaller caller = caller(LOCAL_TOO);
            Switch cancellation = new Switch();
            try (HttpAnswer answer =
                    caller.call(get(stuck).cancellation(cancellation).build())) {
                assertThat(answer.body().readNBytes(4)).hasSize(4);
                timer.schedule(cancellation::cancel, 200, TimeUnit.MILLISECONDS);
                assertThatThrownBy(() -> answer.body().read())
                        .isInstanceOfSatisfying(HttpCallException.class, cancelled -> assertThat(cancelled.reason())
                                .isEqualTo(Reason.CANCELLED));
            }
            assertThat(failure(caller, get(stuck).cancellation(cancellation).build())
                            .reason())
                    .isEqualTo(Reason.CANCELLED);
        }
    }

    @Test
    void openAnswersAreCountedAndReleasedWithTheBundle() throws Exception {
        try (TestServer stuck = new TestServer(socket -> {
            EgressTestBed.readHead(socket);
            EgressTestBed.send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
            EgressTestBed.readHead(socket);
        })) {
            EgressHttpCaller caller = caller(LOCAL_TOO);
            List<HttpAnswer> open = new ArrayList<>();
            for (int count = 0; count < EgressHttpCaller.AT_A_TIME; count++) {
                open.add(caller.call(get(stuck).build()));
            }
            assertThat(failure(
                            caller, get(stuck).timeout(Duration.ofMillis(100)).build()))
                    .hasMessageContaining("close answers");
            open.get(0).close();
            caller.call(get(stuck).build()).close();
            HttpAnswer last = open.get(1);
            assertThat(last.body().readNBytes(4)).hasSize(4);
            caller.close();
            assertThatThrownBy(() -> last.body().read()).isInstanceOf(IOException.class);
            assertThat(failure(caller, get(stuck).build()).reason()).isEqualTo(Reason.REFUSED);
            await().atMost(PATIENCE).until(() -> stuck.openConnections() == 0);
        }
    }

    private static final class Switch implements Cancellation {
        private final List<Runnable> actions = new ArrayList<>();
        private boolean cancelled;

        @Override
        public synchronized boolean isCancelled() {
            return cancelled;
        }

        @Override
        public synchronized Registration onCancel(Runnable action) {
            if (cancelled) {
                action.run();
            } else {
                actions.add(action);
            }
            return () -> {};
        }

        synchronized void cancel() {
            cancelled = true;
            actions.forEach(Runnable::run);
        }
    }
}
