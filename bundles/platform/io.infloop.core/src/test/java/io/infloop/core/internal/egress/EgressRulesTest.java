package io.infloop.core.internal.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.infloop.core.audit.AuditEvent;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is carried and what is not. */
class EgressRulesTest {
    private EgressTestBed bed;
    private TestServer server;

    @BeforeEach
    void setUp() throws IOException {
        bed = new EgressTestBed();
        server = TestServer.mirror();
    }

    @AfterEach
    void tearDown() throws IOException {
        bed.close();
        server.close();
    }

    private String url(String host) {
        return "http://" + host + ":" + server.port() + "/a?b=c";
    }

    @Test
    void plainRequestsArriveWithoutWhatIsBetweenClientAndProxy() throws IOException {
        String answer = EgressTestBed.exchange(
                bed.session(),
                "GET " + url("SERVER.test.") + " HTTP/1.1",
                "Host: evil.example\r\nConnection: X-Hop, Host, keep-alive\r\nX-Hop: 1\r\nX-End: 2\r\n"
                        + "Proxy-Connection: keep-alive\r\nUpgrade: websocket\r\nTE: trailers\r\n");
        assertThat(answer)
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("X-Server: yes\r\n", "Connection: close\r\n", "GET /a?b=c HTTP/1.1\r\n")
                .contains("Host: SERVER.test.:" + server.port() + "\r\n", "X-End: 2\r\n")
                .doesNotContain("Keep-Alive", "evil.example", "X-Hop", "Proxy-", "Upgrade", "TE:");
        assertThat(bed.audited).isEmpty();
    }

    @Test
    void hostsThatAreNotListedAreRefusedAuditedAndNeverLookedUp() throws IOException {
        List<EgressDenial> told = new CopyOnWriteArrayList<>();
        EgressSession session =
                bed.gateway.open(EgressPolicy.allowing(List.of("*.server.test")), EgressTestBed.OWNER, told::add);
        bed.name("a.server.test", "10.0.0.1");
        String answer = EgressTestBed.exchange(session, "CONNECT server.test:443 HTTP/1.1", "");
        assertThat(answer)
                .startsWith("HTTP/1.1 403 Forbidden\r\n")
                .contains("server.test is not on the egress allow-list");
        assertThat(EgressTestBed.exchange(session, "GET " + url("server.test") + " HTTP/1.1", ""))
                .startsWith("HTTP/1.1 403 ");
        assertThat(bed.lookedUp).isEmpty();
        assertThat(server.accepted).hasValue(0);
        assertThat(told).extracting(EgressDenial::target).startsWith("server.test:443");
        assertThat(session.denied()).isEqualTo(2);
        assertThat(bed.gateway.denied()).isEqualTo(2);
        AuditEvent line = bed.audited.get(0);
        assertThat(line.type()).isEqualTo("egress.denied");
        assertThat(line.outcome()).isEqualTo(AuditEvent.Outcome.DENIED);
        assertThat(line.fields())
                .containsEntry("correlationId", "cid_0123456789")
                .containsEntry("runId", "run-1")
                .containsEntry("pluginId", "test-plugin")
                .containsEntry("host", "server.test:443")
                .containsEntry("reason", "host-not-allowed")
                .containsEntry("httpStatus", 403);
    }

    @Test
    void theAddressIsCheckedAndTheCheckedOneIsConnectedTo() throws IOException {
        // Were the name looked up again for connecting, the second answer would be used.
        bed.name("rebound.test", "127.0.0.1", "169.254.169.254");
        EgressSession session = bed.session("rebound.test", "127.0.0.1");
        assertThat(EgressTestBed.exchange(session, "GET " + url("rebound.test") + " HTTP/1.1", ""))
                .startsWith("HTTP/1.1 200 ");
        assertThat(bed.lookedUp).containsExactly("rebound.test");
        assertThat(EgressTestBed.exchange(session, "GET " + url("rebound.test") + " HTTP/1.1", ""))
                .startsWith("HTTP/1.1 403 ")
                .contains("rebound.test leads to 169.254.169.254, which is not public but cloud metadata");
        assertThat(server.accepted).hasValue(1);
    }

    @Test
    void oneForbiddenAddressAmongTheAnswersIsEnough() throws IOException {
        bed.name("mixed.test", "127.0.0.1 10.1.2.3");
        EgressSession session = bed.session("mixed.test", "127.0.0.1");
        assertThat(EgressTestBed.exchange(session, "CONNECT mixed.test:" + server.port() + " HTTP/1.1", ""))
                .startsWith("HTTP/1.1 403 ")
                .contains("10.1.2.3", "private");
        assertThat(server.accepted).hasValue(0);
        assertThat(bed.audited.get(0).fields()).containsEntry("reason", "address-not-allowed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "[::1]",
                "[::ffff:127.0.0.1]",
                "[64:ff9b::7f00:1]",
                "localhost",
                "127.1",
                "0x7f000001",
                "2130706433",
                "0177.0.0.1",
                "0.0.0.0",
                "[fe80::1%25lo]"
            })
    void thisMachineIsRefusedInEveryNotationEvenWhereAllPublicHostsAreAllowed(String host) throws IOException {
        bed.name("localhost", "127.0.0.1");
        EgressSession session = bed.gateway.open(EgressPolicy.PUBLIC_HOSTS, EgressTestBed.OWNER);
        assertThat(EgressTestBed.exchange(session, "CONNECT " + host + ":" + server.port() + " HTTP/1.1", ""))
                .matches("(?s)HTTP/1.1 (400|403) .*");
        assertThat(EgressTestBed.exchange(session, "GET " + url(host) + " HTTP/1.1", ""))
                .matches("(?s)HTTP/1.1 (400|403) .*");
        assertThat(server.accepted).hasValue(0);
        assertThat(bed.audited).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: server.test\r\n\r\n",
                "GET https://server.test/ HTTP/1.1\r\n\r\n",
                "GET ftp://server.test/ HTTP/1.1\r\n\r\n",
                "GET http://server.test@127.0.0.1/ HTTP/1.1\r\n\r\n",
                "GET http://server.test\\@evil.example/ HTTP/1.1\r\n\r\n",
                "GET http:///path HTTP/1.1\r\n\r\n",
                "GET http://server.test:0/ HTTP/1.1\r\n\r\n",
                "GET http://server.test:65536/ HTTP/1.1\r\n\r\n",
                "GET  http://server.test/ HTTP/1.1\r\n\r\n",
                "GET http://server.test/ HTTP/2.0\r\n\r\n",
                "GET http://server.test/\r\n\r\n",
                "CONNECT server.test HTTP/1.1\r\n\r\n",
                "CONNECT http://server.test:443 HTTP/1.1\r\n\r\n",
                "CONNECT [server.test]:443 HTTP/1.1\r\n\r\n",
                "CONNECT server.test:443\nX: y\r\n\r\n",
                "OPTIONS * HTTP/1.1\r\n\r\n",
                "POST http://server.test/ HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                "POST http://server.test/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "POST http://server.test/ HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
                "POST http://server.test/ HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                "GET http://server.test/ HTTP/1.1\r\nBad Name: x\r\n\r\n",
                "GET http://server.test/ HTTP/1.1\r\n folded: x\r\n\r\n",
                "GET http://server.test/ HTTP/1.1\r\nX: a\u0000b\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000TLS",
                "\u0005\u0001\u0000",
                "SSH-2.0-OpenSSH_9.2\r\n\r\n",
                "GET http://x\u001b[31m\u0085evil/ HTTP/1.1\r\n\r\n"
            })
    void everythingElseIs400AndAudited(String sent) throws IOException {
        try (EgressSession session = bed.session();
                Socket socket = EgressTestBed.connect(session)) {
            EgressTestBed.send(socket, sent);
            assertThat(EgressTestBed.readAll(socket)).startsWith("HTTP/1.1 400 Bad Request\r\n");
            assertThat(bed.audited).hasSize(1);
            assertThat(bed.audited.get(0).fields()).containsEntry("reason", "malformed");
            assertThat(bed.audited.get(0).fields().toString()).matches("[ -~]*");
            assertThat(session.denied()).isEqualTo(1);
        }
    }

    @Test
    void aSecondRequestOnTheConnectionIsNotCarriedAnywhere() throws IOException {
        EgressSession session = bed.session();
        AtomicInteger requests = new AtomicInteger();
        try (TestServer keepsAlive = new TestServer(socket -> {
                    while (EgressTestBed.readHead(socket).contains("\r\n\r\n")) {
                        requests.incrementAndGet();
                        EgressTestBed.send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                    }
                });
                Socket socket = EgressTestBed.connect(session)) {
            String first = "GET http://server.test:" + keepsAlive.port() + "/1 HTTP/1.1\r\n"
                    + EgressTestBed.credential(session) + "\r\n";
            EgressTestBed.send(socket, first + first.replace("server.test", "evil.example"));
            socket.shutdownOutput();
            String head = EgressTestBed.readHead(socket);
            assertThat(head).startsWith("HTTP/1.1 200 OK").contains("Connection: close");
            assertThat(new String(socket.getInputStream().readNBytes(2), StandardCharsets.US_ASCII))
                    .isEqualTo("ok");
            assertThat(EgressTestBed.readAll(socket)).isEmpty();
            assertThat(requests).hasValue(1);
        }
    }

    @Test
    void bodiesOfEitherKindArrive() throws IOException {
        try (TestServer collecting = new TestServer(socket -> {
            EgressTestBed.readHead(socket);
            StringBuilder body = new StringBuilder();
            while (body.indexOf("END") < 0) {
                body.append((char) socket.getInputStream().read());
            }
            EgressTestBed.send(socket, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n" + body.toString());
        })) {
            EgressSession session = bed.session();
            String post = "POST http://server.test:" + collecting.port() + "/ HTTP/1.1";
            assertThat(EgressTestBed.exchange(session, post, "Content-Length: 7\r\n\r\n1234END"))
                    .startsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")
                    .endsWith("\r\n\r\n1234END");
            assertThat(EgressTestBed.exchange(
                            session, post, "Transfer-Encoding: chunked\r\n\r\n4;x=y\r\n1234\r\n3\r\nEND\r\n0\r\n"))
                    .endsWith("1234\r\n3\r\nEND");
        }
    }

    @Test
    void localProcessesWithoutTheCredentialAreNotServed() throws IOException {
        EgressSession session = bed.session();
        URI proxy = session.listenOnLoopback();
        assertThat(proxy.getHost()).isEqualTo("127.0.0.1");
        assertThat(bed.secrets.redact(proxy.toString()))
                .isEqualTo("http://run:[redacted]@127.0.0.1:" + proxy.getPort());
        String start = "GET " + url("server.test") + " HTTP/1.1\r\n";
        try (Socket socket = EgressTestBed.connect(session)) {
            EgressTestBed.send(socket, start + "\r\n");
            assertThat(EgressTestBed.readAll(socket))
                    .startsWith("HTTP/1.1 407 ")
                    .contains("Proxy-Authenticate: Basic ");
        }
        assertThat(bed.audited).isEmpty();
        try (EgressSession another = bed.session();
                Socket socket = EgressTestBed.connect(session)) {
            EgressTestBed.send(socket, start + EgressTestBed.credential(another) + "\r\n");
            assertThat(EgressTestBed.readAll(socket)).startsWith("HTTP/1.1 407 ");
        }
        assertThat(bed.audited.get(0).fields()).containsEntry("reason", "bad-credential");
        assertThat(server.accepted).hasValue(0);
        try (Socket socket = EgressTestBed.connect(session)) {
            EgressTestBed.send(socket, start + "Proxy-Authorization: Bearer " + session.credential() + "\r\n\r\n");
            assertThat(EgressTestBed.readAll(socket))
                    .startsWith("HTTP/1.1 200 ")
                    .doesNotContain(session.credential());
        }
    }

    @Test
    void theSelfTestIsAnsweredByTheProxyItself() throws IOException {
        EgressSession session = bed.gateway.open(EgressPolicy.NOTHING, EgressTestBed.OWNER);
        assertThat(EgressTestBed.exchange(session, "GET http://selftest.infloop.internal/ HTTP/1.1", ""))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .endsWith("\r\n\r\n" + session.selfTestNonce() + "\n");
        assertThat(session.selfTestNonce()).hasSizeGreaterThan(20).isNotEqualTo(session.credential());
        assertThat(EgressTestBed.exchange(session, "CONNECT selftest.infloop.internal:80 HTTP/1.1", ""))
                .startsWith("HTTP/1.1 403 ");
    }

    @Test
    void hostsThatAreUnknownOrDoNotListenAreNoDenials() throws IOException {
        List<String> told = new CopyOnWriteArrayList<>();
        EgressSession session = bed.gateway.open(
                EgressPolicy.allowing(List.of("*.test", "127.0.0.1")), EgressTestBed.OWNER, new EgressListener() {
                    @Override
                    public void denied(EgressDenial denial) {
                        told.add("denied");
                    }

                    @Override
                    public void unreachable(String target, String sentence) {
                        told.add(target + " " + sentence);
                    }
                });
        assertThat(EgressTestBed.exchange(session, "CONNECT nowhere.test:443 HTTP/1.1", ""))
                .startsWith("HTTP/1.1 502 ")
                .contains("the host nowhere.test is unknown");
        int port = server.port();
        server.close();
        assertThat(EgressTestBed.exchange(session, "CONNECT server.test:" + port + " HTTP/1.1", ""))
                .startsWith("HTTP/1.1 502 ")
                .contains("cannot be reached");
        assertThat(told).hasSize(2).noneMatch(line -> line.equals("denied"));
        assertThat(bed.audited).isEmpty();
    }

    @Test
    void aChildThatIsRefusedInALoopDoesNotFloodTheAudit() throws IOException {
        EgressSession session = bed.session();
        int attempts = DenialBudget.BURST + 40;
        for (int count = 0; count < attempts; count++) {
            assertThat(EgressTestBed.exchange(session, "CONNECT evil.example:443 HTTP/1.1", ""))
                    .startsWith("HTTP/1.1 403 ");
        }
        session.close();
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(bed.audited.stream()
                        .mapToLong(line -> line.fields().get("reason").equals("too-many")
                                ? (Long) line.fields().get("suppressed")
                                : 1 + (Long) line.fields().getOrDefault("suppressed", 0L))
                        .sum())
                .isEqualTo(attempts));
        assertThat(bed.audited).hasSizeLessThan(attempts);
        assertThat(session.denied()).isEqualTo(attempts);
    }
}
