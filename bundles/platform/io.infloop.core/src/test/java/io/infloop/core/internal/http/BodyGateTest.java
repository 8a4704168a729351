package io.infloop.core.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BodyGateTest {
    @Test
    void nobodyWaits() throws Exception {
        BodyGate gate = new BodyGate(100, 1, Duration.ofSeconds(10));
        GatedRequest first = request(gate, "{}");
        assertThat(first.getInputStream().read()).isEqualTo('{');
        GatedRequest second = request(gate, "{}");
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(() -> second.getInputStream().read())
                    .isInstanceOfSatisfying(InfloopException.class, busy -> assertThat(busy.code())
                            .isEqualTo(ErrorCode.BUSY));
        }
        second.close();
        assertThatThrownBy(gate::enter).as("who was not inside makes no room").isInstanceOf(InfloopException.class);

        first.close();
        first.close();
        assertThat(request(gate, "{}").getInputStream().readAllBytes()).hasSize(2);
        assertThatCode(gate::enter).as("who has read everything is out").doesNotThrowAnyException();
        assertThatThrownBy(gate::enter).isInstanceOf(InfloopException.class);
    }

    @Test
    void aTrickleIsCutOff() {
        BodyGate gate = new BodyGate(100, 1, Duration.ofSeconds(10));
        long now = System.nanoTime();
        assertThatCode(() -> gate.requirePace(now - Duration.ofSeconds(9).toNanos(), 1))
                .doesNotThrowAnyException();
        assertThatCode(() -> gate.requirePace(now - Duration.ofSeconds(60).toNanos(), 4 * 1024 * 1024))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> gate.requirePace(now - Duration.ofSeconds(60).toNanos(), 60))
                .isInstanceOfSatisfying(
                        InfloopException.class, slow -> assertThat(slow.code()).isEqualTo(ErrorCode.REQUEST_TIMEOUT));
    }

    private static GatedRequest request(BodyGate gate, String body) {
        return new GatedRequest(
                new FakeExchange("POST", "/api/run").requestBody(body).request(), gate);
    }
}
