package io.infloop.core.internal.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.internal.audit.KnownSecrets;
import io.infloop.core.internal.event.RingEventHub;
import io.infloop.spi.Registration;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private final KnownSecrets secrets = new KnownSecrets();
    private final PrometheusMetrics metrics = new PrometheusMetrics("1.2.3", secrets);

    @Test
    void countsWhatTheAuditTells() throws IOException {
        AuditCounts counts = new AuditCounts(metrics);
        counts.count(AuditEvent.of("run.finished", Actor.WEBHOOK)
                .with("status", "failed")
                .with("source", "webhook")
                .with("durationMs", 2500L)
                .with("costUsd", 0.25)
                .build());
        counts.count(AuditEvent.of("webhook.accepted", Actor.WEBHOOK).build());
        counts.count(AuditEvent.of("webhook.rejected", Actor.WEBHOOK)
                .with("reason", "rate-limited")
                .build());
        counts.count(AuditEvent.of("auth.login_failed", Actor.OPEN).build());
        counts.count(AuditEvent.of("egress.denied", Actor.SYSTEM).build());
        counts.count(AuditEvent.of("plugin.replaced", Actor.SYSTEM).build());

        assertThat(text())
                .contains(
                        "infloop_runs_total{source=\"webhook\",status=\"failed\"} 1.0\n",
                        "infloop_run_duration_seconds_bucket{le=\"5.0\"} 1\n",
                        "infloop_run_duration_seconds_bucket{le=\"1.0\"} 0\n",
                        "infloop_run_cost_usd_total 0.25\n",
                        "infloop_webhook_requests_total{outcome=\"accepted\"} 1.0\n",
                        "infloop_webhook_requests_total{outcome=\"rate-limited\"} 1.0\n",
                        "infloop_rate_limited_total{surface=\"webhook\"} 1.0\n",
                        "infloop_auth_failures_total{surface=\"login\"} 1.0\n",
                        "infloop_egress_denied_total 1.0\n",
                        "infloop_plugin_events_total{event=\"replaced\"} 1.0\n",
                        "infloop_build_info{java=\"",
                        "version=\"1.2.3\"} 1\n",
                        "jvm_memory_used_bytes");
    }

    @Test
    void countsNodesAndTheQueueWithoutEndlessLabels() throws IOException {
        try (RingEventHub hub = new RingEventHub()) {
            CountedEvents events = new CountedEvents(hub, metrics);
            for (int number = 0; number < 300; number++) {
                events.publish(
                        "node_finished", Optional.empty(), Map.of("nodeType", "type" + number, "branch", "next"));
            }
            events.publish("trigger_enqueued", Optional.empty(), Map.of());

            assertThat(hub.lastId()).isPositive();
            assertThat(text())
                    .contains(
                            "infloop_node_executions_total{branch=\"next\",type=\"type0\"} 1.0\n",
                            "infloop_node_executions_total{branch=\"next\",type=\"other\"} 200.0\n",
                            "infloop_queue_events_total{event=\"enqueued\",reason=\"\"} 1.0\n");
        }
    }

    @Test
    void aGaugeIsAskedAtEachScrapeUntilItIsClosed() throws IOException {
        int[] value = {1};
        Registration gauge = metrics.gauge("infloop_test_items", "Test.", () -> value[0]);
        Registration broken = metrics.gauge("infloop_broken_items", "Test.", () -> {
            throw new IllegalStateException("not now");
        });
        value[0] = 7;
        assertThat(text()).contains("infloop_test_items 7.0\n").doesNotContain("infloop_broken_items ");
        gauge.close();
        broken.close();
        assertThat(text()).doesNotContain("infloop_test_items");
    }

    @Test
    void noSeriesCarriesASecret() throws IOException {
        secrets.add("hunter2-\"quoted\"");
        try (RingEventHub hub = new RingEventHub()) {
            new CountedEvents(hub, metrics)
                    .publish(
                            "node_finished",
                            Optional.empty(),
                            Map.of("nodeType", "echo", "branch", "hunter2-\"quoted\""));
        }

        assertThat(text())
                .contains("infloop_node_executions_total{branch=\"[redacted]\",type=\"echo\"} 1.0\n")
                .doesNotContain("hunter2");
    }

    private String text() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        metrics.write(out);
        return out.toString(StandardCharsets.UTF_8);
    }
}
