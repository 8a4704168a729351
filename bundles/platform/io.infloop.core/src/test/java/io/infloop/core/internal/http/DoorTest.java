package io.infloop.core.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.core.audit.Actor;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.http.RequestFacts;
import io.infloop.core.internal.settings.ApiToken;
import io.infloop.core.net.AddressBlock;
import io.infloop.core.net.TrustedProxies;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DoorTest {
    private static final String TOKEN = "token-0123456789";
    private static final String CORRELATION = "cid_abcdefghijklmnopqrstuv";

    private final Door locked = opened(new Door(ApiToken.from(Map.of("INFLOOP_API_TOKEN", TOKEN)), "0.0.0.0"));
    private final Door open = opened(new Door(Optional.empty(), "127.0.0.1"));

    private static Door opened(Door door) {
        door.open();
        return door;
    }

    @Test
    void sendersAreAskedToComeBackUntilTheServletsAreInTheirPlace() throws Exception {
        FakeExchange exchange = new FakeExchange("POST", "/api/webhook/AAAAAAAAAAAAAAAAAAAAAA");
        exchange.through(new Door(Optional.empty(), "127.0.0.1"));

        assertThat(exchange.actor()).isEmpty();
        assertThat(exchange.status()).isEqualTo(503);
        assertThat(exchange.responseHeader("Retry-After")).isEqualTo("2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.0.0.1    | 203.0.113.9                        | 203.0.113.9",
                "10.0.0.1    | 198.51.100.1, 203.0.113.9, 10.0.0.2 | 203.0.113.9",
                "10.0.0.1    | 203.0.113.9:4711                   | 203.0.113.9",
                "10.0.0.1    | [2001:DB8::7]:4711                 | 2001:db8:0:0:0:0:0:7",
                "10.0.0.1    | 198.51.100.1, nonsense             | 10.0.0.1",
                "10.0.0.1    | 198.51.100.1, 10.0.0.3, , 10.0.0.2 | 10.0.0.2",
                "10.0.0.1    | 10.0.0.3, 10.0.0.2                 | 10.0.0.3",
                "::1         | 203.0.113.9                        | 203.0.113.9",
                "[::1]       | 203.0.113.9                        | 203.0.113.9",
                "203.0.113.5 | 198.51.100.1                       | 203.0.113.5"
            })
    void onlyATrustedProxySaysWhereARequestComesFrom(String peer, String chain, String expected) throws Exception {
        TrustedProxies proxies =
                new TrustedProxies(List.of(AddressBlock.parse("10.0.0.0/8"), AddressBlock.parse("::1")));
        FakeExchange exchange = new FakeExchange("POST", "/api/webhook/AAAAAAAAAAAAAAAAAAAAAA")
                .peer(peer)
                .header("X-Forwarded-For", chain);
        exchange.through(opened(new Door(Optional.empty(), "127.0.0.1", proxies, surface -> {})));
        assertThat(RequestFacts.remoteAddress(exchange.passedRequest())).isEqualTo(expected);

        FakeExchange withoutProxies = new FakeExchange("POST", "/api/webhook/AAAAAAAAAAAAAAAAAAAAAA")
                .peer(peer)
                .header("X-Forwarded-For", chain);
        withoutProxies.through(open);
        assertThat(RequestFacts.remoteAddress(withoutProxies.passedRequest())).isEqualTo(peer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer " + TOKEN, "bearer " + TOKEN, "BEARER   " + TOKEN + "  "})
    void theTokenOpens(String authorization) throws Exception {
        FakeExchange exchange = new FakeExchange("GET", "/api/workflows").header("Authorization", authorization);
        exchange.through(locked);

        assertThat(exchange.actor()).contains(Actor.API_TOKEN);
        assertThat(exchange.responseHeader("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(exchange.responseHeader("Cache-Control")).isEqualTo("no-store");
        assertThat(exchange.responseHeader("Content-Security-Policy")).startsWith("default-src 'none'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Bearer",
                "Bearer ",
                "Bearer wrong",
                "Basic " + TOKEN,
                TOKEN,
                "Bearer " + TOKEN + "x",
                "Bearer x " + TOKEN
            })
    void nothingElseDoes(String authorization) throws Exception {
        FakeExchange exchange = new FakeExchange("GET", "/api/workflows").header("Authorization", authorization);
        exchange.through(locked);

        assertThat(exchange.actor()).isEmpty();
        assertThat(exchange.status()).isEqualTo(401);
        assertThat(exchange.body()).isEqualTo("{\"error\":\"unauthorized\"}");
        assertThat(exchange.responseHeader("WWW-Authenticate")).startsWith("Bearer");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api",
                "/api/events",
                "/api/Webhook/x",
                "/api/login",
                "/api/auth",
                "/api/auth/login",
                "/api/auth/login/x",
                "/api/auth/logout",
                "/api/health/x",
                "/.well-known/other"
            })
    void everyOtherPathIsLocked(String path) throws Exception {
        FakeExchange exchange = new FakeExchange("GET", path);
        exchange.through(locked);

        assertThat(exchange.status()).isEqualTo(401);
        assertThat(exchange.actor()).isEmpty();
    }

    @Test
    void aPersonWithoutASessionIsLedToTheLoginPage() throws Exception {
        FakeExchange front = new FakeExchange("GET", "/");
        front.through(locked);
        FakeExchange deep = new FakeExchange("GET", "/runs/x").query("tab=log&a=%2Fb");
        deep.through(locked);
        FakeExchange posted = new FakeExchange("POST", "/console");
        posted.through(locked);

        assertThat(front.status()).isEqualTo(303);
        assertThat(front.responseHeader("Location")).isEqualTo("/login");
        assertThat(front.responseHeader("Cache-Control")).isEqualTo("no-store");
        assertThat(deep.responseHeader("Location")).isEqualTo("/login?next=%2Fruns%2Fx%3Ftab%3Dlog%26a%3D%252Fb");
        assertThat(posted.status()).isEqualTo(401);
        assertThat(front.actor()).isEmpty();
        assertThat(deep.actor()).isEmpty();
        assertThat(posted.actor()).isEmpty();
    }

    @Test
    void whatIsPresentedAndWorthNothingIsCountedByItsKind() throws Exception {
        List<String> counted = new ArrayList<>();
        Door door = opened(new Door(
                ApiToken.from(Map.of("INFLOOP_API_TOKEN", TOKEN)), "0.0.0.0", TrustedProxies.NONE, counted::add));
        for (FakeExchange exchange : List.of(
                new FakeExchange("GET", "/api/run").header("Authorization", "Bearer wrong"),
                new FakeExchange("GET", "/api/run").header("Authorization", "Basic wrong"),
                new FakeExchange("GET", "/api/run").header("Cookie", "infloop_session=stale"),
                new FakeExchange("GET", "/runs").header("Cookie", "a=b; infloop_session=stale"),
                new FakeExchange("GET", "/api/run").header("Cookie", "other=1"),
                new FakeExchange("GET", "/api/run"),
                new FakeExchange("GET", "/api/health").header("Authorization", "Bearer wrong"),
                new FakeExchange("POST", "/api/webhook/x").header("Authorization", "Bearer of-the-sender"),
                new FakeExchange("GET", "/api/run").header("Authorization", "Bearer " + TOKEN))) {
            exchange.through(door);
        }

        assertThat(counted).containsExactly("bearer", "bearer", "cookie", "cookie");
    }

    /** Who adds to this list opens the server to everybody. */
    @Test
    void theListOfExceptionsIsComplete() throws Exception {
        assertThat(OpenPaths.ALL)
                .extracting(OpenPaths::path)
                .containsExactly(
                        "/api/webhook/",
                        "/api/health",
                        "/login",
                        "/api/auth/login",
                        "/api/auth/logout",
                        "/api/auth/session",
                        "/.well-known/oauth-protected-resource/api/mcp");
        for (String[] call : new String[][] {
            {"GET", "/api/health"},
            {"GET", "/login"},
            {"POST", "/login"},
            {"POST", "/api/auth/login"},
            {"POST", "/api/auth/logout"},
            {"GET", "/api/auth/session"},
            {"GET", "/.well-known/oauth-protected-resource/api/mcp"}
        }) {
            FakeExchange exchange = new FakeExchange(call[0], call[1]);
            exchange.through(locked);
            assertThat(exchange.actor()).as(call[1]).contains(Actor.OPEN);
            FakeExchange rebound = new FakeExchange(call[0], call[1]).header("Host", "evil.example");
            rebound.through(open);
            assertThat(rebound.status()).as("exempt from nothing else").isEqualTo(403);
        }
    }

    @Test
    void aSessionOpens() throws Exception {
        String cookie = "theme=dark; infloop_session=" + sha256(TOKEN) + "; x=y";
        FakeExchange read = new FakeExchange("GET", "/api/workflows").header("Cookie", cookie);
        read.through(locked);
        FakeExchange afterRestart = new FakeExchange("GET", "/").header("Cookie", cookie);
        afterRestart.through(opened(new Door(ApiToken.from(Map.of("INFLOOP_API_TOKEN", TOKEN)), "0.0.0.0")));
        FakeExchange afterRotation = new FakeExchange("GET", "/api/workflows").header("Cookie", cookie);
        afterRotation.through(opened(new Door(ApiToken.from(Map.of("INFLOOP_API_TOKEN", "another-token")), "0.0.0.0")));

        assertThat(read.actor()).contains(Actor.BROWSER_SESSION);
        assertThat(afterRestart.actor()).contains(Actor.BROWSER_SESSION);
        assertThat(afterRotation.status()).isEqualTo(401);
    }

    @Test
    void aCookieIsNoTokenAndATokenIsNoCookie() throws Exception {
        String hash = sha256(TOKEN);
        for (String cookie : new String[] {
            "infloop_session=" + TOKEN,
            "infloop_session=" + hash.toUpperCase(java.util.Locale.ROOT),
            "infloop_session=" + hash + "0",
            "infloop_session=",
            "infloop_session",
            "Infloop_session=" + hash,
            "session=" + hash,
            hash
        }) {
            FakeExchange exchange = new FakeExchange("GET", "/api/workflows").header("Cookie", cookie);
            exchange.through(locked);
            assertThat(exchange.status()).as(cookie).isEqualTo(401);
        }
        FakeExchange bearer = new FakeExchange("GET", "/api/workflows").header("Authorization", "Bearer " + hash);
        bearer.through(locked);
        assertThat(bearer.status()).isEqualTo(401);
        assertThat(bearer.actor()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "http://console.example:3000, , true",
        ", same-origin, true",
        "http://console.example:3000, same-origin, true",
        ", , false",
        ", none, false",
        ", same-site, false",
        ", cross-site, false",
        "null, , false",
        "http://evil.example, same-origin, false",
        "http://console.example:3001, , false",
        "http://console.example:3000, cross-site, false"
    })
    void aSessionChangesNothingUnlessOneOfOurPagesAsks(String origin, String fetchSite, boolean passes)
            throws Exception {
        FakeExchange exchange = new FakeExchange("POST", "/api/run")
                .header("Host", "console.example:3000")
                .header("Cookie", "infloop_session=" + sha256(TOKEN))
                .header("Content-Type", "application/json")
                .length(2);
        if (origin != null) {
            exchange.header("Origin", origin);
        }
        if (fetchSite != null) {
            exchange.header("Sec-Fetch-Site", fetchSite);
        }
        exchange.through(locked);

        assertThat(exchange.actor().isPresent()).isEqualTo(passes);
        if (!passes) {
            assertThat(exchange.status()).isEqualTo(403);
            assertThat(exchange.body()).isEqualTo("{\"error\":\"bad-origin\"}");
        }
    }

    /** What a page of another site can make a browser send to a server on this machine, without asking anybody. */
    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"})
    void aForeignPagePlantsNothing(String type) throws Exception {
        FakeExchange form = new FakeExchange("POST", "/api/workflows")
                .header("Origin", "http://evil.example")
                .header("Sec-Fetch-Site", "cross-site")
                .header("Content-Type", type)
                .length(50);
        form.through(open);
        FakeExchange oldBrowser = new FakeExchange("POST", "/api/workflows")
                .header("Content-Type", type)
                .length(50);
        oldBrowser.through(open);
        FakeExchange anonymous = new FakeExchange("POST", "/login")
                .header("Origin", "null")
                .header("Content-Type", type)
                .length(50);
        anonymous.through(open);

        assertThat(form.status()).isEqualTo(403);
        assertThat(oldBrowser.status()).isEqualTo(415);
        assertThat(anonymous.status()).isEqualTo(403);
        assertThat(form.actor()).isEmpty();
        assertThat(oldBrowser.actor()).isEmpty();
    }

    private static String sha256(String text) throws Exception {
        return java.util.HexFormat.of()
                .formatHex(java.security.MessageDigest.getInstance("SHA-256")
                        .digest(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    @Test
    void theExceptionsAreOpen() throws Exception {
        FakeExchange health = new FakeExchange("GET", "/api/health");
        health.through(locked);
        FakeExchange webhook = new FakeExchange("POST", "/api/webhook/abc")
                .header("Host", "tunnel.example")
                .header("Origin", "https://sender.example")
                .header("Sec-Fetch-Site", "cross-site")
                .header("Content-Type", "text/plain")
                .length(100_000_000);
        webhook.through(open);

        assertThat(health.actor()).contains(Actor.OPEN);
        assertThat(webhook.actor()).contains(Actor.WEBHOOK);
        assertThat(webhook.passedRequest()).isSameAs(webhook.request());
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/webhook/../workflows, , , , 0, 400, bad-path",
        "POST, /%61pi/workflows, , , text/plain, 50, 400, bad-path",
        "POST, /api/%77ebhook/x, , , text/plain, 50, 400, bad-path",
        "GET, /api/workflows, evil.example, , , 0, 403, forbidden",
        "POST, /api/run, , http://evil.example, application/json, 2, 403, bad-origin",
        "POST, /console, , http://evil.example, , 0, 403, bad-origin",
        "DELETE, /api/triggers/x, , http://evil.example, , 0, 403, bad-origin",
        "POST, /api/run, , , text/plain, 2, 415, unsupported-media-type",
        "POST, /api/run, , , , 2, 415, unsupported-media-type",
        "PUT, /api/workflows/x, , , application/x-www-form-urlencoded, 2, 415, unsupported-media-type",
        "PUT, /api/workflows/x, , , application/jsonx, 2, 415, unsupported-media-type",
        "PUT, /api/workflows/x, , , application/json, 4194305, 413, payload-too-large",
        "POST, /api/plugins, , , application/octet-stream, 67108865, 413, payload-too-large",
        "POST, /api/plugins, , , application/json, 2, 415, unsupported-media-type",
        "POST, /api/plugins, , , text/plain, 2, 415, unsupported-media-type",
        "POST, /api/plugins, , http://evil.example, application/octet-stream, 2, 403, bad-origin",
        "POST, /api/plugins/x, , , application/octet-stream, 2, 415, unsupported-media-type",
        "PUT, /api/plugins, , , application/octet-stream, 2, 415, unsupported-media-type",
        "POST, /api/run, , , application/octet-stream, 2, 415, unsupported-media-type"
    })
    void refuses(
            String method, String path, String host, String origin, String type, long length, int status, String error)
            throws Exception {
        FakeExchange exchange = new FakeExchange(method, path).length(length);
        exchange.header("Host", host == null ? "localhost:3000" : host);
        if (origin != null) {
            exchange.header("Origin", origin);
        }
        if (type != null) {
            exchange.header("Content-Type", type);
        }
        exchange.through(open);

        assertThat(exchange.actor()).isEmpty();
        assertThat(exchange.status()).isEqualTo(status);
        assertThat(exchange.body()).startsWith("{\"error\":\"" + error + "\"");
        assertThat(exchange.body().contains("\"reason\":")).isEqualTo(status == 413 || status == 415);
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /api/run, application/json, 2",
        "POST, /api/run, Application/JSON; charset=utf-8, 2",
        "POST, /api/run/stop, , 0",
        "DELETE, /api/triggers/x, , 0",
        "GET, /api/events, , 0",
        "PUT, /api/workflows/x, application/json, 4194304",
        "POST, /api/plugins, application/octet-stream, 67108864"
    })
    void letsProgramsThroughInOpenMode(String method, String path, String type, long length) throws Exception {
        FakeExchange exchange = new FakeExchange(method, path).length(length);
        if (type != null) {
            exchange.header("Content-Type", type);
        }
        exchange.through(open);

        assertThat(exchange.actor()).contains(Actor.OPEN);
    }

    @Test
    void anUnannouncedBodyIsCappedWhileItIsRead() throws Exception {
        FakeExchange exchange = chunked("x".repeat((int) BodyRule.MANAGEMENT.cap() + 1));
        exchange.through(open, (request, response) -> assertThatThrownBy(
                        () -> request.getInputStream().readAllBytes())
                .isInstanceOfSatisfying(InfloopException.class, failure -> assertThat(failure.code())
                        .isEqualTo(ErrorCode.PAYLOAD_TOO_LARGE)));
        FakeExchange unhandled = chunked("x".repeat((int) BodyRule.MANAGEMENT.cap() + 1));
        unhandled.through(open, (request, response) -> {
            try {
                request.getReader().transferTo(java.io.Writer.nullWriter());
            } catch (InfloopException mapped) {
                response.sendError(500);
            }
        });
        FakeExchange small = chunked("{}");
        small.through(
                open, (request, response) -> assertThat(request.getInputStream().readAllBytes())
                        .hasSize(2));

        assertThat(unhandled.status()).isEqualTo(413);
        assertThat(unhandled.body())
                .isEqualTo(
                        "{\"error\":\"payload-too-large\",\"reason\":\"the body is larger than 4194304 bytes; send a smaller one\"}");
        assertThat(small.actor()).contains(Actor.OPEN);
    }

    @Test
    void aCorrelationIdCountsOnlyFromACallerWeKnow() throws Exception {
        FakeExchange known = new FakeExchange("GET", "/api/run")
                .header("Authorization", "Bearer " + TOKEN)
                .header("x-correlation-id", CORRELATION);
        known.through(locked);
        FakeExchange malformed = new FakeExchange("GET", "/api/run")
                .header("Authorization", "Bearer " + TOKEN)
                .header("x-correlation-id", "cid_short");
        malformed.through(locked);
        FakeExchange unknown = new FakeExchange("POST", "/api/webhook/abc").header("X-Correlation-Id", CORRELATION);
        unknown.through(locked);

        assertThat(known.passedRequest().getHeader("x-correlation-id")).isEqualTo(CORRELATION);
        assertThat(known.responseHeader("x-correlation-id")).isEqualTo(CORRELATION);
        for (FakeExchange hidden : new FakeExchange[] {malformed, unknown}) {
            HttpServletRequest passed = hidden.passedRequest();
            assertThat(passed.getHeader("x-correlation-id")).isNull();
            assertThat(passed.getHeaders("X-CORRELATION-ID").hasMoreElements()).isFalse();
            assertThat(java.util.Collections.list(passed.getHeaderNames()))
                    .noneMatch("x-correlation-id"::equalsIgnoreCase);
            assertThat(RequestFacts.actor(passed)).isNotNull();
        }
    }

    @Test
    void aServerThatGoesDownFinishesWhatItBeganAndBeginsNothing() throws Exception {
        FakeExchange inside = new FakeExchange("GET", "/api/run");
        inside.through(open, (request, response) -> {
            assertThat(open.drain(50)).isFalse();
            FakeExchange late = new FakeExchange("POST", "/api/webhook/abc");
            late.through(open);
            assertThat(late.status()).isEqualTo(503);
            assertThat(late.body()).isEqualTo("{\"error\":\"shutting-down\"}");
            assertThat(late.actor()).isEmpty();
        });

        assertThat(inside.actor()).isPresent();
        assertThat(open.drain(50)).isTrue();
    }

    @Test
    void aRequestBesideTheDoorHasNoActor() {
        HttpServletRequest request = new FakeExchange("GET", "/").request();

        assertThatThrownBy(() -> RequestFacts.actor(request)).isInstanceOf(IllegalStateException.class);
    }

    private static FakeExchange chunked(String body) {
        return new FakeExchange("POST", "/api/run")
                .header("Content-Type", "application/json")
                .header("Transfer-Encoding", "chunked")
                .length(-1)
                .requestBody(body);
    }

    /** Stands for a servlet. */
    interface Handler {
        void handle(HttpServletRequest request, HttpServletResponse response) throws Exception;
    }
}
