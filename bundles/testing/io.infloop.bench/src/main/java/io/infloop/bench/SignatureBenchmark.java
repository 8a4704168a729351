package io.infloop.bench;

import io.infloop.signing.declarative.internal.Schemes;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.SigningSecret;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.WebhookRequest;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
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

/** The signature check of a GitHub delivery. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SignatureBenchmark {
    private final SignatureScheme scheme = new Schemes.Hmac();
    private final SigningContext context =
            SigningContext.of(List.of(new SigningSecret("secret", GithubDelivery.SECRET)), Clock.systemUTC());
    private final JsonObject settings = Json.parseObject(
            """
            {"algorithm": "sha256", "encoding": "hex", "payload": "{body}",
             "source": {"from": "header", "name": "x-hub-signature-256"},
             "format": {"type": "prefix", "prefix": "sha256="}}
            """);

    private WebhookRequest genuine;
    private WebhookRequest forged;
    private WebhookRequest unsigned;

    @Setup
    public void prepare() {
        byte[] body = GithubDelivery.body(7);
        scheme.check(settings);
        genuine = request(body, Map.of("X-Hub-Signature-256", GithubDelivery.signature(body, GithubDelivery.SECRET)));
        forged = request(body, Map.of("X-Hub-Signature-256", GithubDelivery.signature(body, "another secret")));
        unsigned = request(body, Map.of());
    }

    private static WebhookRequest request(byte[] body, Map<String, String> headers) {
        return new WebhookRequest("POST", Optional.empty(), "", HttpHeaders.of(headers), body, Instant.now());
    }

    @Benchmark
    public Verification acceptsGenuine() {
        return scheme.verify(genuine, settings, context);
    }

    @Benchmark
    public Verification refusesForged() {
        return scheme.verify(forged, settings, context);
    }

    @Benchmark
    public Verification refusesUnsigned() {
        return scheme.verify(unsigned, settings, context);
    }
}
