package io.infloop.rest.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.Redactor;
import io.infloop.core.http.Login;
import io.infloop.core.http.Logins;
import io.infloop.core.http.RequestFacts;
import io.infloop.spi.Registration;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.EnumSet;
import java.util.function.Supplier;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The login page, the login of programs, and the thread dump. */
class LoginTest {
    private static final String COOKIE = "infloop_session=abc; Path=/";

    private final HttpClient client = HttpClient.newHttpClient();
    private final Server server = new Server();
    private volatile Actor actor = Actor.OPEN;
    private volatile boolean open;
    private volatile boolean limited;
    private int port;

    private final class Desk implements Logins {
        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public Login login(HttpServletRequest request, Supplier<String> token) {
            if (open) {
                return new Login.NotNeeded();
            }
            if (limited) {
                return new Login.Limited(Duration.ofMillis(2_100));
            }
            return token.get().equals("right+ &") ? new Login.Opened(COOKIE) : new Login.Refused();
        }

        @Override
        public String logout(HttpServletRequest request) {
            return "infloop_session=; Max-Age=0";
        }
    }

    @BeforeEach
    void start() throws Exception {
        ServerConnector connector = new ServerConnector(server, 1, 1);
        connector.setHost(InetAddress.getLoopbackAddress().getHostAddress());
        server.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler("/");
        Filter door = (request, response, chain) -> {
            request.setAttribute(RequestFacts.ACTOR, actor);
            chain.doFilter(request, response);
        };
        context.addFilter(new FilterHolder(door), "/*", EnumSet.of(DispatcherType.REQUEST));
        add(context, new LoginPage(new Desk()), "/login");
        add(context, new AuthResource(new Desk()), "/api/auth/*");
        add(
                context,
                new ThreadsResource(new Redactor() {
                    @Override
                    public Registration add(String secret) {
                        return () -> {};
                    }

                    @Override
                    public String redact(String text) {
                        return text.replace("canary-4711", "[redacted]");
                    }
                }),
                "/api/threads");
        server.setHandler(context);
        server.start();
        port = connector.getLocalPort();
    }

    private static void add(ServletContextHandler context, HttpServlet servlet, String pattern) {
        context.addServlet(new ServletHolder(servlet), pattern);
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    @Test
    void thePageIsCompleteAndAllowsNothingElse() throws Exception {
        HttpResponse<String> page = send(request("/login?next=%2Fruns%3Fa%3D%22%3E%3Cscript%3E"));
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("content-type").orElse("")).startsWith("text/html");
        assertThat(page.headers().firstValue("cache-control")).contains("no-store");
        assertThat(page.body())
                .contains("type=\"password\"", "autofocus", "method=\"post\"", "/runs?a=&quot;&gt;&lt;script&gt;")
                .doesNotContain("<script", "http://", "https://", "style=\"");
        String policy = page.headers().firstValue("content-security-policy").orElseThrow();
        assertThat(policy)
                .contains("default-src 'none'", "form-action 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        String style = page.body()
                .substring(page.body().indexOf("<style>") + 7, page.body().indexOf("</style>"));
        String hash = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(style.getBytes(StandardCharsets.UTF_8)));
        assertThat(policy).as("the browser would not apply the style otherwise").contains("'sha256-" + hash + "'");
    }

    @Test
    void theFormLogsInWithoutAScript() throws Exception {
        HttpResponse<String> right = form("token=right%2B+%26&next=%2Fruns%3Ftab%3Dlog");
        assertThat(right.statusCode()).isEqualTo(303);
        assertThat(right.headers().firstValue("location")).contains("/runs?tab=log");
        assertThat(right.headers().firstValue("set-cookie")).contains(COOKIE);

        HttpResponse<String> wrong = form("token=canary-4711&next=%2Fruns");
        assertThat(wrong.statusCode()).isEqualTo(401);
        assertThat(wrong.headers().firstValue("set-cookie")).isEmpty();
        assertThat(wrong.body())
                .contains("not the token", "role=\"alert\"", "value=\"/runs\"")
                .doesNotContain("canary-4711");

        limited = true;
        HttpResponse<String> many = form("token=right%2B+%26");
        assertThat(many.statusCode()).isEqualTo(429);
        assertThat(many.headers().firstValue("retry-after")).contains("3");
        assertThat(many.body()).contains("in 3 s");
    }

    @Test
    void theFormIsTakenAsAFormOnly() throws Exception {
        HttpResponse<String> json = send(request("/login")
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString("{\"token\":\"right+ &\"}")));
        assertThat(json.statusCode()).isEqualTo(415);
        HttpResponse<String> large = form("token=" + "x".repeat(20_000));
        assertThat(large.statusCode()).isEqualTo(413);
        assertThat(send(request("/login").DELETE()).statusCode()).isEqualTo(405);
        assertThat(form("").statusCode()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example/",
                "//evil.example",
                "/\\evil.example",
                "\\\\evil.example",
                "javascript:alert(1)",
                "evil",
                "/\t/evil.example",
                "/a\r\nSet-Cookie: x=y",
                " /x",
                ""
            })
    void onlyLocalPathsAreFollowed(String next) throws Exception {
        String encoded = java.net.URLEncoder.encode(next, StandardCharsets.UTF_8);
        assertThat(form("token=right%2B+%26&next=" + encoded).headers().firstValue("location"))
                .contains("/");
        actor = Actor.BROWSER_SESSION;
        assertThat(send(request("/login?next=" + encoded)).headers().firstValue("location"))
                .contains("/");
    }

    @Test
    void whoIsInNeedsNoPage() throws Exception {
        for (Actor known : new Actor[] {Actor.BROWSER_SESSION, Actor.API_TOKEN}) {
            actor = known;
            HttpResponse<String> page = send(request("/login?next=/runs"));
            assertThat(page.statusCode()).isEqualTo(303);
            assertThat(page.headers().firstValue("location")).contains("/runs");
        }
        actor = Actor.OPEN;
        open = true;
        assertThat(send(request("/login")).headers().firstValue("location")).contains("/");
        HttpResponse<String> login = json("{\"token\":\"x\"}");
        assertThat(login.body()).isEqualTo("{\"ok\":true,\"mode\":\"open\"}");
        assertThat(login.headers().firstValue("set-cookie")).isEmpty();
        assertThat(send(request("/api/auth/session")).body())
                .isEqualTo("{\"mode\":\"open\",\"authenticated\":true,\"via\":null}");
    }

    @Test
    void programsLogInWithJson() throws Exception {
        HttpResponse<String> right = json("{\"token\":\"right+ &\",\"next\":\"/x\"}");
        assertThat(right.statusCode()).isEqualTo(200);
        assertThat(right.body()).isEqualTo("{\"ok\":true}");
        assertThat(right.headers().firstValue("set-cookie")).contains(COOKIE);
        for (String wrong : new String[] {"{\"token\":\"x\"}", "{}", "{\"token\":7}"}) {
            assertThat(json(wrong).statusCode()).as(wrong).isEqualTo(401);
            assertThat(json(wrong).body()).isEqualTo("{\"error\":\"invalid-token\"}");
        }
        for (String broken : new String[] {"", "{", "[1]"}) {
            assertThat(json(broken).statusCode()).as(broken).isEqualTo(400);
            assertThat(json(broken).body()).startsWith("{\"error\":\"invalid JSON body\"");
        }
        limited = true;
        assertThat(json("{").statusCode()).as("the limit comes first").isEqualTo(429);
        assertThat(json("{").headers().firstValue("retry-after")).contains("3");
    }

    @Test
    void sessionsAreDescribedAndEnded() throws Exception {
        assertThat(send(request("/api/auth/session")).body())
                .isEqualTo("{\"mode\":\"token\",\"authenticated\":false,\"via\":null}");
        actor = Actor.API_TOKEN;
        assertThat(send(request("/api/auth/session")).body()).contains("true", "\"bearer\"");
        actor = Actor.BROWSER_SESSION;
        assertThat(send(request("/api/auth/session")).body()).contains("true", "\"cookie\"");
        HttpResponse<String> gone = send(request("/api/auth/logout").POST(BodyPublishers.noBody()));
        assertThat(gone.statusCode()).isEqualTo(204);
        assertThat(gone.headers().firstValue("set-cookie").orElse("")).contains("Max-Age=0");
        assertThat(send(request("/api/auth/logout")).statusCode()).isEqualTo(405);
        assertThat(send(request("/api/auth/other")).statusCode()).isEqualTo(404);
    }

    @Test
    void threadsAreShownWithoutSecrets() throws Exception {
        Thread named = new Thread(
                () -> {
                    synchronized (this) {
                        try {
                            wait();
                        } catch (InterruptedException over) {
                            Thread.currentThread().interrupt();
                        }
                    }
                },
                "agent canary-4711");
        named.setDaemon(true);
        named.start();
        try {
            HttpResponse<String> dump = send(request("/api/threads"));
            assertThat(dump.statusCode()).isEqualTo(200);
            assertThat(dump.body())
                    .contains("\"agent [redacted]\"", "ThreadsResource.handle", "\"deadlocked\":[]")
                    .doesNotContain("canary-4711");
        } finally {
            named.interrupt();
        }
    }

    private HttpResponse<String> form(String body) throws Exception {
        return send(request("/login")
                .header("content-type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> json(String body) throws Exception {
        return send(request("/api/auth/login")
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }
}
