package io.infloop.engine.internal.walk;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.engine.internal.state.CancellationSource;
import io.infloop.host.PluginRef;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PluginThreadsTest {
    private static final PluginRef STRANGER = new PluginRef("com.acme", "1.0.0", false);

    private final PluginThreads threads = new PluginThreads(Duration.ofMillis(20));
    private final CountDownLatch never = new CountDownLatch(1);

    @AfterEach
    void letGo() {
        never.countDown();
    }

    private String deaf() {
        while (true) {
            try {
                never.await();
                return "late";
            } catch (InterruptedException ignored) {
                // That is the point.
            }
        }
    }

    @Test
    void aCallThatDoesNotComeBackIsLeftBehindAndAfterThreeThePluginIsOff() throws InterruptedException {
        CancellationSource cancelled = new CancellationSource();
        cancelled.cancel();
        for (int i = 0; i < 3; i++) {
            assertThat(threads.call(STRANGER, cancelled, this::deaf))
                    .isInstanceOf(PluginThreads.Attempt.Abandoned.class);
        }
        PluginThreads.Attempt<String> refused = threads.call(STRANGER, new CancellationSource(), () -> "x");
        assertThat(((PluginThreads.Attempt.Threw<String>) refused).cause()).hasMessageContaining("is off");
        PluginRef update = new PluginRef("com.acme", "1.0.1", false);
        assertThat(threads.call(update, new CancellationSource(), () -> "x"))
                .isEqualTo(new PluginThreads.Attempt.Returned<>("x"));
    }

    @Test
    void aCancelledCallThatHearsTheInterruptComesBack() throws InterruptedException {
        CancellationSource cancelled = new CancellationSource();
        cancelled.cancel();
        assertThat(threads.call(STRANGER, cancelled, () -> {
                    never.await();
                    return "x";
                }))
                .isInstanceOfSatisfying(PluginThreads.Attempt.Threw.class, threw -> assertThat(threw.cause())
                        .isInstanceOf(InterruptedException.class));
    }
}
