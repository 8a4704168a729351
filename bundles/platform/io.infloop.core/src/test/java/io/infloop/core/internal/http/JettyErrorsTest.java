package io.infloop.core.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.error.ErrorCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JettyErrorsTest {
    private final Server server = new Server();
    private final AtomicReference<Optional<ErrorCode>> closed = new AtomicReference<>(Optional.empty());
    private ServerConnector port;

    @BeforeEach
    void open() throws Exception {
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        port = new ServerConnector(server, new HttpConnectionFactory(configuration));
        port.setHost("127.0.0.1");
        server.addConnector(port);
        server.start();
        // As Felix does it: when the server runs already.
        Connector silent = new JettyErrors(closed::get).createConnector(server);
        server.addConnector(silent);
        silent.start();
        assertThat(((ServerConnector) silent).isOpen()).isFalse();
    }

    @AfterEach
    void close() throws Exception {
        server.stop();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "/api//x, 400, bad-path",
                "/%2e%2e, 400, bad-path",
                "/a%2fb, 400, bad-path",
                "/%00, 400, bad-path",
                "/a\\b, 400, bad-path",
                "/%, 400, bad-path",
                "/, 404, not-found",
                "/nobody, 404, not-found"
            })
    void pathsAreAnsweredInJson(String path, int status, String error) throws IOException {
        isError(send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), status, error);
    }

    @Test
    void nothingIsUnknownWhileTheServerStarts() throws IOException {
        closed.set(Optional.of(ErrorCode.STARTING));
        isError(
                send(
                        "POST /api/webhook/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
                503,
                "starting");
    }

    /** Jetty found nobody, and a moment later the door opened. */
    @Test
    void aSenderWhoCameInTheMomentOfOpeningIsAskedToComeBack() throws IOException {
        isError(
                send(
                        "POST /api/webhook/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
                503,
                "starting");
    }

    @Test
    void soIsWhatIsNotHttp() throws IOException {
        String longText = "x".repeat(20_000);
        assertThat(send("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + longText + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431 ")
                .endsWith(
                        "{\"error\":\"headers-too-large\",\"reason\":\"the headers are larger than 8 KiB; send fewer or"
                                + " shorter ones\"}");
        assertThat(send("GET /" + longText + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .startsWith("HTTP/1.1 414 ")
                .contains("{\"error\":\"uri-too-long\",\"reason\":\"the address is longer");
        isError(send("GET / HTTP/1.1\r\n\r\n"), 400, "bad-request");
        isError(
                send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
                400,
                "bad-request");
    }

    /** Jetty would answer these itself, and nobody would have asked who is there. */
    @Test
    void whatHasNoPathIsRefused() throws IOException {
        assertThat(send("OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ")
                .contains("{\"error\":\"bad-")
                .doesNotContain("Allow:");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port.getLocalPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write("CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n\r\n"
                            .getBytes(StandardCharsets.ISO_8859_1));
            // Jetty leaves the connection open, so only the beginning is read.
            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.ISO_8859_1))
                    .isEqualTo("HTTP/1.1 400");
        }
    }

    @Test
    void theSilentConnectorRepeatsTheAddressOfTheFirst() {
        ServerConnector silent = (ServerConnector) server.getConnectors()[1];

        assertThat(silent.getHost()).isEqualTo("127.0.0.1");
        assertThat(silent.getDefaultProtocol()).isEqualTo(port.getDefaultProtocol());
    }

    private static void isError(String answer, int status, String error) {
        assertThat(answer).startsWith("HTTP/1.1 " + status + " ").endsWith("\r\n\r\n{\"error\":\"" + error + "\"}");
        assertThat(answer.toLowerCase(Locale.ROOT))
                .contains(
                        "content-type: application/json", "x-content-type-options: nosniff", "cache-control: no-store")
                .doesNotContain("jetty", "exception", "html");
    }

    private String send(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port.getLocalPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
