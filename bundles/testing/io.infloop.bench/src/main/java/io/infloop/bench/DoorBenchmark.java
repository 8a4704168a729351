package io.infloop.bench;

import io.infloop.core.internal.http.Door;
import io.infloop.core.internal.http.SessionCookie;
import io.infloop.core.internal.settings.ApiToken;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What every request pays at the door, with everything around the door left out. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DoorBenchmark {
    private static final String TOKEN = "a-token-that-is-only-used-for-measuring";
    private static final String HOST = "127.0.0.1:3000";
    private static final String API = "/api/version";
    private static final String WEBHOOK = "/api/webhook/AAAAAAAAAAAAAAAAAAAAAA";

    private final FilterChain servlet = (request, response) -> {};
    private Door door;
    private String cookie;

    @Setup
    public void prepare() throws IOException, ServletException {
        ApiToken token = ApiToken.from(Map.of("INFLOOP_API_TOKEN", TOKEN)).orElseThrow();
        door = new Door(Optional.of(token), "127.0.0.1");
        door.open();
        cookie = "infloop_session=" + new SessionCookie(token).reveal();
        expect(200, acceptsToken());
        expect(200, acceptsSession());
        expect(200, passesSender());
        expect(401, refusesStranger());
    }

    private static void expect(int status, ForgetfulResponse response) {
        if (response.getStatus() != status || response.headers() == 0) {
            throw new IllegalStateException("the door answered " + response.getStatus() + ", not " + status);
        }
    }

    private ForgetfulResponse pass(FixedRequest request) throws IOException, ServletException {
        ForgetfulResponse response = new ForgetfulResponse();
        door.doFilter(request, response, servlet);
        return response;
    }

    /** A program with the token. */
    @Benchmark
    public ForgetfulResponse acceptsToken() throws IOException, ServletException {
        return pass(new FixedRequest("GET", API, Map.of("host", HOST, "authorization", "Bearer " + TOKEN)));
    }

    /** A browser with the cookie of a session. */
    @Benchmark
    public ForgetfulResponse acceptsSession() throws IOException, ServletException {
        return pass(new FixedRequest("GET", API, Map.of("host", HOST, "cookie", cookie)));
    }

    /** A sender of webhooks, whose signature is checked behind the door. */
    @Benchmark
    public ForgetfulResponse passesSender() throws IOException, ServletException {
        return pass(new FixedRequest("POST", WEBHOOK, Map.of("host", HOST)));
    }

    /** Somebody without token. */
    @Benchmark
    public ForgetfulResponse refusesStranger() throws IOException, ServletException {
        return pass(new FixedRequest("GET", API, Map.of("host", HOST)));
    }

    /** The same without a door. */
    @Benchmark
    public ForgetfulResponse noDoor() throws IOException, ServletException {
        ForgetfulResponse response = new ForgetfulResponse();
        servlet.doFilter(
                new FixedRequest("GET", API, Map.of("host", HOST, "authorization", "Bearer " + TOKEN)), response);
        return response;
    }
}
