package io.infloop.store.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.store.DeliveryOutcome;
import io.infloop.store.RecordStore.Delivery;
import io.infloop.testkit.store.Records;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RejectedSamplerTest {
    private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
    private final RejectedSampler sampler = new RejectedSampler(CLOCK, false);

    @Test
    void keepsAFewOfAFloodAndOthersBesides() {
        assertThat(IntStream.range(0, 1_000).filter(number -> sampler.isWanted(DeliveryOutcome.REJECTED, 0)))
                .hasSize(20);
        assertThat(sampler.isWanted(DeliveryOutcome.FILTERED, 0)).isTrue();
    }

    @Test
    void givesWayToAcceptedDeliveries() {
        assertThat(sampler.isWanted(DeliveryOutcome.REJECTED, 65)).isFalse();
    }

    @Test
    void keepsLengthAndHashOfABodyAndItsFirstKilobyteOnlyWhenToldTo() {
        Delivery delivery = Records.delivery(Records.item("flow"), Optional.of("key"), new byte[100_000]);

        EncodedDelivery without = sampler.encode(delivery, false);
        EncodedDelivery with = new RejectedSampler(CLOCK, true).encode(delivery, false);
        EncodedDelivery ofThisTrigger = sampler.encode(delivery, true);

        assertThat(without.body().bytes()).isEmpty();
        assertThat(without.body().length()).isEqualTo(100_000);
        assertThat(with.body().bytes()).hasSize(1_024);
        assertThat(with.body().length()).isEqualTo(100_000);
        assertThat(ofThisTrigger.body().bytes()).isEqualTo(with.body().bytes());
        assertThat(without.bodySha256())
                .isEqualTo(with.bodySha256())
                .get()
                .asString()
                .hasSize(64);
    }
}
