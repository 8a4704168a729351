package io.infloop.engine.internal.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.Registration;
import io.infloop.spi.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StateTest {
    @Test
    void cancellationReachesChildrenAndRunsActionsOnce() {
        CancellationSource outer = new CancellationSource();
        CancellationSource inner = outer.child();
        AtomicInteger calls = new AtomicInteger();
        inner.onCancel(() -> {
            throw new IllegalStateException("broken action");
        });
        inner.onCancel(calls::incrementAndGet);
        Registration removed = inner.onCancel(calls::incrementAndGet);
        removed.close();
        outer.cancel();
        outer.cancel();
        assertThat(inner.isCancelled()).isTrue();
        assertThat(calls.get()).isEqualTo(1);
        inner.onCancel(calls::incrementAndGet);
        assertThat(calls.get()).isEqualTo(2);
        assertThat(outer.child().isCancelled()).isTrue();
    }

    @Test
    void aChildsCancellationIsItsOwn() {
        CancellationSource outer = new CancellationSource();
        CancellationSource inner = outer.child();
        inner.cancel();
        assertThat(outer.isCancelled()).isFalse();
    }

    @Test
    void scopesShareValuesButNotWrites() {
        Scope scope = Scope.seeded(JsonObject.EMPTY, JsonObject.of("x", 1));
        scope.put("a", JsonObject.of("v", 1));
        Scope fork = scope.fork();
        fork.put("b", JsonObject.of("v", 2));
        scope.put("a", JsonObject.of("v", 3));
        assertThat(scope.values().has("b")).isFalse();
        assertThat(fork.values().object("a").orElseThrow().number("v")).contains(1L);
        assertThat(fork.written().asMap()).containsOnlyKeys("b");
        assertThat(scope.view(JsonObject.of("id", "r")).asMap()).containsOnlyKeys("inputs", "a", "__inputs", "run");
        assertThat(scope.values()).isSameAs(scope.values());
    }

    @Test
    void textsKeepHeadAndTailAndWholeCharacters() {
        String text = "a" + "😀".repeat(1_000) + "z";
        String bounded = Bounds.text(text, 101);
        assertThat(bounded).startsWith("a😀").endsWith("😀z").contains("characters left out");
        assertThat(bounded.chars().filter(c -> Character.isSurrogate((char) c)).count() % 2)
                .isZero();
        JsonObject small = JsonObject.of("x", "y");
        assertThat(Bounds.object(small, 10)).isSameAs(small);
    }

    @Test
    void theTotalOfAllRunsIsAnotherCeiling() {
        AtomicInteger told = new AtomicInteger();
        CostMeter total = new CostMeter(1, told::incrementAndGet);
        RunBudget budget = new RunBudget(new RunBudget.Limits(0, Duration.ZERO, 0), total, System::nanoTime);
        assertThat(budget.costUsd()).isEmpty();
        budget.addCost(Double.NaN);
        budget.addCost(-1);
        budget.addCost(1);
        assertThat(budget.checkCost()).isEmpty();
        budget.addCost(0.5);
        assertThat(budget.checkCost().orElseThrow())
                .startsWith("process budget exceeded: total cost > 1 USD (INFLOOP_MAX_TOTAL_COST_USD)");
        budget.addCost(0.5);
        assertThat(told).as("said once").hasValue(1);
        for (int i = 0; i < 100_000; i++) {
            assertThat(budget.step()).isEmpty();
        }
    }
}
