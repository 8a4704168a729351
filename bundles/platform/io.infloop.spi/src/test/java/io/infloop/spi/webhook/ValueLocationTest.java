package io.infloop.spi.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.infloop.spi.webhook.HttpHeaders.Header;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValueLocationTest {
    private static final String BODY =
            "{\"type\":\"push\",\"n\":7,\"r\":5.0,\"big\":123456789012345678901,\"b\":true,\"z\":null,\"o\":{\"\":\"empty\"},"
                    + "\"a/b\":{\"m~n\":\"escaped\"},\"~1\":\"tilde\",\"list\":[\"first\",{\"id\":\"second\"}]}";

    @ParameterizedTest
    @CsvSource({
        "/type, push",
        "/n, 7",
        "/r, 5",
        "/big, 123456789012345678901",
        "/b, true",
        "/o/, empty",
        "/a~1b/m~0n, escaped",
        "/~01, tilde",
        "/list/0, first",
        "/list/1/id, second",
    })
    void findsScalarsInTheBody(String pointer, String value) {
        assertThat(ValueLocation.body(pointer).read(request(BODY))).contains(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/missing",
                "/z",
                "/o",
                "/list",
                "/list/2",
                "/list/-1",
                "/list/01",
                "/list/-",
                "/list/9999999999",
                "/type/length",
                "/list/0/x",
                "/"
            })
    void findsNothingWhereThereIsNoScalar(String pointer) {
        assertThat(ValueLocation.body(pointer).read(request(BODY))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "not json", "[1", "null", "\"text\"", "{\"a\":1e99999999999}"})
    void findsNothingInABodyThatIsNotJsonOrHasNoSuchPlace(String body) {
        assertThat(ValueLocation.body("/a").read(request(body))).isEmpty();
    }

    @Test
    void readsAHeaderUnlessItIsRepeated() {
        WebhookRequest request =
                request("{}", new Header("X-Event", "push"), new Header("X-Id", "1"), new Header("x-id", "1"));
        assertThat(ValueLocation.header("x-event").read(request)).contains("push");
        assertThat(ValueLocation.header("x-id").read(request)).isEmpty();
        assertThat(ValueLocation.header("x-none").read(request)).isEmpty();
    }

    @Test
    void wantsAPointerForTheBody() {
        assertThatIllegalArgumentException().isThrownBy(() -> ValueLocation.body("type"));
        assertThatIllegalArgumentException().isThrownBy(() -> ValueLocation.body(""));
    }

    @Test
    void leavesTheBodyOfTheRequestAsItWas() {
        WebhookRequest request = request(BODY);
        assertThat(request.body().get()).isEqualTo((byte) '{');
        assertThat(request.body().position()).isZero();
        assertThat(request.bodyLength()).isEqualTo(BODY.length());
        assertThat(request.body().isReadOnly()).isTrue();
    }

    private static WebhookRequest request(String body, Header... headers) {
        return new WebhookRequest(
                "POST",
                Optional.empty(),
                "",
                HttpHeaders.of(List.of(headers)),
                body.getBytes(StandardCharsets.UTF_8),
                Instant.EPOCH);
    }
}
