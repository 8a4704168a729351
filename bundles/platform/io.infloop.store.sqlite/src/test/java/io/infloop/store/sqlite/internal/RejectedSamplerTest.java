package io.infloop.store.sqlite.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.store.RecordStore.Delivery;
import io.infloop.testkit.store.Records;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RejectedSamplerTest {
    private final RejectedSampler sampler = new RejectedSampler(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));

    @Test
    void keepsAFewOfAFlood() {
        assertThat(IntStream.range(0, 1_000).filter(number -> sampler.isWanted(0)))
                .hasSize(20);
    }

    @Test
    void givesWayToAcceptedDeliveries() {
        assertThat(sampler.isWanted(65)).isFalse();
    }

    @Test
    void cutsLargeBodiesShortAndDropsTheKey() {
        Delivery delivery = Records.delivery(Records.item("flow"), Optional.of("key"), new byte[100_000]);

        Delivery shortened = RejectedSampler.shortened(delivery);

        assertThat(shortened.body()).hasSize(64 * 1024);
        assertThat(shortened.dedupKey()).isEmpty();
    }
}
