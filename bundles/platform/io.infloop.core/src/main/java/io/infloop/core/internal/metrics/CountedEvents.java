package io.infloop.core.internal.metrics;

import io.infloop.core.event.EventHub;
import io.infloop.spi.Registration;
import io.prometheus.metrics.core.metrics.Counter;
import java.util.Map;
import java.util.Optional;

/** An event hub whose events are counted on the way. */
public final class CountedEvents implements EventHub {
    private final EventHub hub;
    private final Counter nodes;
    private final Counter queue;
    private final BoundedLabel types = new BoundedLabel(100);
    private final BoundedLabel branches = new BoundedLabel(30);
    private final BoundedLabel reasons = new BoundedLabel(30);

    public CountedEvents(EventHub hub, PrometheusMetrics metrics) {
        this.hub = hub;
        this.nodes = Counter.builder()
                .name("infloop_node_executions_total")
                .help("Nodes that were executed.")
                .labelNames("type", "branch")
                .register(metrics.registry());
        this.queue = Counter.builder()
                .name("infloop_queue_events_total")
                .help("What happened to items of the queue.")
                .labelNames("event", "reason")
                .register(metrics.registry());
        queue.initLabelValues("enqueued", "");
    }

    @Override
    public void publish(String type, Optional<String> runId, Map<String, ?> fields) {
        hub.publish(type, runId, fields);
        switch (type) {
            case "node_finished" ->
                nodes.labelValues(types.of(fields.get("nodeType")), branches.of(fields.get("branch")))
                        .inc();
            case "trigger_enqueued" -> queue.labelValues("enqueued", "").inc();
            case "trigger_started" -> queue.labelValues("started", "").inc();
            case "trigger_dropped" ->
                queue.labelValues("dropped", reasons.of(fields.get("reason"))).inc();
            case "trigger_removed" ->
                queue.labelValues("removed", reasons.of(fields.get("reason"))).inc();
            default -> {
                // not counted
            }
        }
    }

    @Override
    public long lastId() {
        return hub.lastId();
    }

    @Override
    public Registration subscribe(long afterId, Watcher watcher) {
        return hub.subscribe(afterId, watcher);
    }

    @Override
    public int watcherCount() {
        return hub.watcherCount();
    }
}
