package io.infloop.ingress.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.json.Json;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.SignatureDeclaration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StoredHeadersTest {
    @Test
    void signaturesAndCredentialsAreLeftOut() {
        SignatureDeclaration declaration = new SignatureDeclaration(
                "hmac",
                Json.parseObject(
                        """
                        {"source":{"from":"header","name":"X-Proof"},"additionalSources":[{"from":"header","name":"X-Proof-2"}],
                         "anyOf":[{"source":{"from":"header","name":"X-Old-Proof"}}],
                         "timestamp":{"source":{"from":"header","name":"X-Sent-At"}}}"""));
        List<HttpHeaders.Header> headers = List.of(
                header("X-Proof"),
                header("X-Proof-2"),
                header("x-old-proof"),
                header("X-Sent-At"),
                header("Authorization"),
                header("Cookie"),
                header("X-Gitlab-Token"),
                header("X-Hub-Signature"),
                header("X-Event"),
                header("X-Event"));
        assertThat(StoredHeaders.of(HttpHeaders.of(headers), Optional.of(declaration))
                        .toString())
                .isEqualTo("{x-sent-at=v, x-event=v, v}");
    }

    private static HttpHeaders.Header header(String name) {
        return new HttpHeaders.Header(name, "v");
    }
}
