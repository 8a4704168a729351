package io.infloop.core.internal.egress;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.infloop.core.internal.testing.Prerequisites;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs as agents run them, with nothing but the variables to lead them to the proxy. */
class RealClientsTest {
    private static final int MEGABYTES = 8 * Integer.getInteger("infloop.rounds", 2);
    private static final String PASSWORD = "changeit";

    @TempDir
    static Path directory;

    private static EgressTestBed bed;
    private static EgressSession session;
    private static ExecutorService threads;
    private static HttpServer plain;
    private static HttpsServer secure;

    @BeforeAll
    static void setUp() throws Exception {
        bed = new EgressTestBed();
        session = bed.session();
        threads = Executors.newCachedThreadPool();
        plain = HttpServer.create(local(), 0);
        secure = HttpsServer.create(local(), 0);
        secure.setHttpsConfigurator(new HttpsConfigurator(certificate()));
        for (HttpServer server : List.of(plain, secure)) {
            server.createContext("/", RealClientsTest::answer);
            server.setExecutor(threads);
            server.start();
        }
    }

    @AfterAll
    static void tearDown() {
        plain.stop(0);
        secure.stop(0);
        threads.shutdownNow();
        bed.close();
    }

    private static InetSocketAddress local() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static SSLContext certificate() throws IOException, InterruptedException, GeneralSecurityException {
        Path store = directory.resolve("keys.p12");
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        Prerequisites.require(Files.isExecutable(keytool), "no keytool");
        run(
                Map.of(),
                keytool.toString(),
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
                PASSWORD);
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    /** /big is large, /echo returns what was sent, everything else is a file. */
    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            byte[] sent = exchange.getRequestBody().readAllBytes();
            Path file = directory.resolve(path.substring(1));
            if (path.equals("/big")) {
                exchange.sendResponseHeaders(200, MEGABYTES * 1024L * 1024);
                OutputStream output = exchange.getResponseBody();
                for (int count = 0; count < MEGABYTES; count++) {
                    output.write(new byte[1024 * 1024]);
                }
            } else if (path.equals("/echo")) {
                byte[] answer = (exchange.getRequestMethod() + " " + new String(sent, StandardCharsets.UTF_8)
                                + exchange.getRequestHeaders().getOrDefault("Proxy-Authorization", List.of()))
                        .getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
            } else if (Files.isRegularFile(file)) {
                exchange.sendResponseHeaders(200, Files.size(file));
                Files.copy(file, exchange.getResponseBody());
            } else {
                exchange.sendResponseHeaders(404, -1);
            }
        }
    }

    private static List<String> urls(String path) {
        return List.of(
                "http://server.test:" + plain.getAddress().getPort() + path,
                "https://server.test:" + secure.getAddress().getPort() + path);
    }

    private static Map<String, String> environment() throws EgressException {
        URI proxy = session.listenOnLoopback();
        Map<String, String> environment = new java.util.HashMap<>(Map.of(
                "PATH", System.getenv("PATH"),
                "HOME", directory.toString(),
                "NO_PROXY", "*",
                "no_proxy", "server.test",
                "ALL_PROXY", "http://127.0.0.1:1",
                "GIT_SSL_NO_VERIFY", "1",
                "GIT_CONFIG_NOSYSTEM", "1",
                "NODE_TLS_REJECT_UNAUTHORIZED", "0",
                "GIT_TERMINAL_PROMPT", "0"));
        ProxyEnvironment.apply(environment, proxy);
        return environment;
    }

    private record Result(int exit, String output) {}

    private static Result run(Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "out", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .directory(directory.toFile());
        if (!environment.isEmpty()) {
            builder.environment().clear();
            builder.environment().putAll(environment);
        }
        Process process = builder.start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("did not end: " + Files.readString(output));
        }
        return new Result(process.exitValue(), Files.readString(output));
    }

    private static void assumeInstalled(String program) throws IOException, InterruptedException {
        try {
            Prerequisites.require(
                    run(Map.of("PATH", System.getenv("PATH")), program, "--version")
                                    .exit()
                            == 0,
                    program + " does not work");
        } catch (IOException missing) {
            Prerequisites.require(false, program + " is not installed");
        }
    }

    @Test
    void curl() throws IOException, InterruptedException {
        assumeInstalled("curl");
        for (String url : urls("/echo")) {
            assertThat(run(environment(), "curl", "-sSk", "-d", "hello", url)).isEqualTo(new Result(0, "POST hello[]"));
        }
        for (String url : urls("/big")) {
            assertThat(run(environment(), "curl", "-sSk", "-o", "/dev/null", "-w", "%{size_download}", url))
                    .isEqualTo(new Result(0, Long.toString(MEGABYTES * 1024L * 1024)));
        }
        assertThat(run(environment(), "curl", "-sS", "http://evil.example/").output())
                .contains("evil.example is not on the egress allow-list");
        assertThat(run(environment(), "curl", "-sS", "https://evil.example/").output())
                .contains("403");
    }

    @Test
    void git() throws IOException, InterruptedException {
        assumeInstalled("git");
        Path work = Files.createDirectories(directory.resolve("work"));
        Files.writeString(work.resolve("file.txt"), "content");
        Map<String, String> here = environment();
        String script = "git init -q . && git add . && git -c user.name=n -c user.email=e@x commit -qm m"
                + " && git clone -q --bare . ../repo.git && git -C ../repo.git update-server-info";
        assertThat(run(here, "sh", "-c", "cd work && " + script)).isEqualTo(new Result(0, ""));
        for (String url : urls("/repo.git")) {
            String clone = "clone-" + URI.create(url).getScheme();
            Result result = run(here, "git", "clone", "-q", url, clone);
            assertThat(result.exit()).as(result.output()).isZero();
            assertThat(directory.resolve(clone).resolve("file.txt")).hasContent("content");
        }
        assertThat(run(here, "git", "ls-remote", "https://evil.example/repo.git")
                        .output())
                .contains("403");
    }

    @Test
    void python() throws IOException, InterruptedException {
        assumeInstalled("python3");
        String script = "import ssl, sys, urllib.request as u\n"
                + "c = ssl._create_unverified_context()\n"
                + "print(u.urlopen(u.Request(sys.argv[1], data=b'hello'), context=c).read().decode(), end='')\n";
        for (String url : urls("/echo")) {
            assertThat(run(environment(), "python3", "-c", script, url)).isEqualTo(new Result(0, "POST hello[]"));
        }
        assertThat(run(environment(), "python3", "-c", script, "https://evil.example/")
                        .output())
                .contains("403");
    }

    /** Node's own clients know nothing of proxies before version 24; programs bring what opens the tunnel. */
    @Test
    void node() throws IOException, InterruptedException {
        assumeInstalled("node");
        String script = "const http = require('http'), https = require('https');\n"
                + "const proxy = new URL(process.env.HTTPS_PROXY), url = new URL(process.argv[1]);\n"
                + "const auth = 'Basic ' + Buffer.from(proxy.username + ':' + proxy.password).toString('base64');\n"
                + "http.request({host: proxy.hostname, port: proxy.port, method: 'CONNECT', path: url.host,\n"
                + "  headers: {'Proxy-Authorization': auth}}).on('connect', (res, socket) => {\n"
                + "  if (res.statusCode !== 200) { console.log(res.statusCode); socket.destroy(); return; }\n"
                + "  https.request({socket, agent: false, host: url.hostname, path: url.pathname, method: 'POST'},\n"
                + "    r => r.on('data', d => process.stdout.write(d)).on('end', () => socket.end())).end('hello');\n"
                + "}).end();\n";
        assertThat(run(
                        environment(),
                        "node",
                        "--no-warnings",
                        "-e",
                        script,
                        urls("/echo").get(1)))
                .isEqualTo(new Result(0, "POST hello[]"));
        assertThat(run(environment(), "node", "-e", script, "https://evil.example:8443/"))
                .isEqualTo(new Result(0, "403\n"));
        Result version = run(environment(), "node", "-p", "process.versions.node.split('.')[0]");
        if (Integer.parseInt(version.output().strip()) >= 24) {
            String fetch = "fetch(process.argv[1], {method: 'POST', body: 'hello'}).then(r => r.text())"
                    + ".then(t => process.stdout.write(t))";
            for (String url : urls("/echo")) {
                assertThat(run(environment(), "node", "--no-warnings", "-e", fetch, url))
                        .isEqualTo(new Result(0, "POST hello[]"));
            }
        }
    }
}
