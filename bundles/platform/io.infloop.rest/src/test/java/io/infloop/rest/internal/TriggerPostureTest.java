package io.infloop.rest.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.posture.PostureLine;
import io.infloop.host.Contributions;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerSecret;
import io.infloop.store.TriggerStore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TriggerPostureTest {
    private final List<Trigger> triggers = new ArrayList<>();
    private final List<Contributions.Entry<?>> sources = List.of(
            TriggersFixture.source("github", true),
            TriggersFixture.source("generic", false),
            Fakes.entry(new FakeScheme(), "hmac"));
    private final TriggerPosture posture = new TriggerPosture(
            Fakes.fake(TriggerStore.class, (method, arguments) -> List.copyOf(triggers)), Fakes.contributions(sources));

    private static Trigger trigger(String id, String source) {
        return Trigger.builder(id, "flow", source).name(id).build();
    }

    private static Trigger optional(String id) {
        return trigger(id, "github").toBuilder().verifyOptional(true).build();
    }

    @Test
    void namesWhatTakesUnsignedDeliveriesByMasks() {
        triggers.add(optional("optional-0123456789abc"));
        triggers.add(trigger("generic-a0123456789abc", "generic"));
        triggers.add(trigger("Generic-b0123456789abc", "generic"));

        assertThat(posture.posture()).allMatch(line -> !line.isSafe());
        assertThat(posture.posture())
                .extracting(PostureLine::subject)
                .containsExactly("source generic", "trigger option…");
        assertThat(posture.posture().get(0).value()).contains("generi…, Generi…");
        assertThat(posture.posture().toString()).doesNotContain("0123456789");
    }

    @Test
    void doesNotNameWhatVerifiesOrIsOff() {
        triggers.add(trigger("verifies-0123456789abc", "github"));
        triggers.add(
                optional("optional-0123456789abc").toBuilder().enabled(false).build());
        triggers.add(optional("expired--0123456789abc").toBuilder()
                .secret(TriggerSecret.create("s", "value", 1).expiringBy(2))
                .build());
        triggers.add(trigger("generic-a0123456789abc", "generic").toBuilder()
                .enabled(false)
                .build());
        triggers.add(optional("absent---0123456789abc").toBuilder()
                .pluginId("absent")
                .build());

        assertThat(posture.posture()).singleElement().matches(PostureLine::isSafe);
    }

    @Test
    void isBoundedAndSurvivesAStoreThatCannotBeRead() {
        for (int count = 0; count < 130; count++) {
            triggers.add(optional(String.format("optional-%013d", count)));
            triggers.add(trigger(String.format("generic--%013d", count), "generic"));
        }
        assertThat(posture.posture()).hasSize(102);
        assertThat(posture.posture().get(0).value()).contains("and 120 more");
        assertThat(posture.posture().get(101).value()).startsWith("30 more");

        TriggerPosture broken = new TriggerPosture(
                Fakes.fake(TriggerStore.class, (method, arguments) -> {
                    throw new InfloopException(ErrorCode.STORE_UNAVAILABLE, "gone");
                }),
                Fakes.contributions(sources));
        assertThat(broken.posture()).singleElement().matches(line -> !line.isSafe());
    }
}
