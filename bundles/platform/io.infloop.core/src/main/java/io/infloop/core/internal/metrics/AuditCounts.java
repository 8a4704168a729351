package io.infloop.core.internal.metrics;

import io.infloop.core.audit.AuditEvent;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Map;

/** Counts what the audit log tells: whatever is worth a line there is worth a number, and no place can forget one of the two. */
public final class AuditCounts {
    private static final double[] RUN_SECONDS = {0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400};

    private final Counter runs;
    private final Histogram runSeconds;
    private final Counter cost;
    private final Counter webhooks;
    private final Counter rateLimited;
    private final Counter authFailures;
    private final Counter egressDenied;
    private final Counter budgets;
    private final Counter plugins;
    private final Counter reaped;
    private final BoundedLabel pluginEvents = new BoundedLabel(30);
    private final BoundedLabel reasons = new BoundedLabel(60);

    public AuditCounts(PrometheusMetrics metrics) {
        PrometheusRegistry registry = metrics.registry();
        this.runs = counter(registry, "infloop_runs_total", "Runs that have ended.", "status", "source");
        this.runSeconds = Histogram.builder()
                .name("infloop_run_duration_seconds")
                .help("How long runs took.")
                .classicOnly()
                .classicUpperBounds(RUN_SECONDS)
                .register(registry);
        this.cost = counter(registry, "infloop_run_cost_usd_total", "What agents reported that their work cost.");
        this.webhooks = counter(registry, "infloop_webhook_requests_total", "Requests to webhook URLs.", "outcome");
        this.rateLimited = counter(registry, "infloop_rate_limited_total", "Requests refused as too many.", "surface");
        this.authFailures = counter(registry, "infloop_auth_failures_total", "Credentials refused.", "surface");
        this.egressDenied = counter(registry, "infloop_egress_denied_total", "Connections that the proxy refused.");
        this.budgets = counter(registry, "infloop_budget_exceeded_total", "Budgets that were exceeded.", "budget");
        this.plugins = counter(registry, "infloop_plugin_events_total", "What happened to plugins.", "event");
        this.reaped = counter(registry, "infloop_processes_reaped_total", "Processes of dead servers that were ended.");
        runs.initLabelValues("succeeded", "webhook");
        webhooks.initLabelValues("accepted");
        rateLimited.initLabelValues("webhook");
        rateLimited.initLabelValues("login");
        List.of("login", "bearer", "cookie").forEach(authFailures::initLabelValues);
    }

    /**
     * Counts what has no line of its own: there may be as many as a sender likes.
     *
     * @param surface {@code bearer} or {@code cookie}
     */
    public void credentialsRefused(String surface) {
        authFailures.labelValues(surface).inc();
    }

    /** Counts an event. */
    public void count(AuditEvent event) {
        Map<String, Object> fields = event.fields();
        switch (event.type()) {
            case "run.finished" -> runFinished(fields);
            case "webhook.accepted" -> webhooks.labelValues("accepted").inc();
            case "webhook.rejected" -> {
                webhooks.labelValues(reasons.of(fields.get("reason"))).inc();
                if ("rate-limited".equals(fields.get("reason"))) {
                    rateLimited.labelValues("webhook").inc();
                }
            }
            case "auth.login_failed" -> {
                authFailures.labelValues("login").inc();
                if ("rate-limited".equals(fields.get("reason"))) {
                    rateLimited.labelValues("login").inc();
                }
            }
            case "egress.denied" -> egressDenied.inc(denials(fields));
            case "budget.exceeded" ->
                budgets.labelValues(reasons.of(fields.get("budget"))).inc();
            case "process.reaped" -> reaped.inc();
            default -> {
                if (event.type().startsWith("plugin.")) {
                    plugins.labelValues(pluginEvents.of(event.type().substring("plugin.".length())))
                            .inc();
                }
            }
        }
    }

    /** A run that is refused in a loop is not written line by line. */
    private static long denials(Map<String, Object> fields) {
        long suppressed = fields.get("suppressed") instanceof Number number ? number.longValue() : 0;
        return suppressed + ("too-many".equals(fields.get("reason")) ? 0 : 1);
    }

    private void runFinished(Map<String, Object> fields) {
        runs.labelValues(reasons.of(fields.get("status")), reasons.of(fields.get("source")))
                .inc();
        if (fields.get("durationMs") instanceof Number millis) {
            runSeconds.observe(millis.doubleValue() / 1000);
        }
        if (fields.get("costUsd") instanceof Number dollars && dollars.doubleValue() > 0) {
            cost.inc(dollars.doubleValue());
        }
    }

    private static Counter counter(PrometheusRegistry registry, String name, String help, String... labels) {
        return Counter.builder().name(name).help(help).labelNames(labels).register(registry);
    }
}
