package io.infloop.rest.internal;

import io.infloop.core.id.Ids;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.DeliverySummary;
import io.infloop.store.RecordStore.QueueHistory;
import io.infloop.store.StoredDelivery;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/** Deliveries as they are shown. Trigger ids are credentials and appear masked. */
final class DeliveryJson {
    private static final int MAX_IDS = 100;

    private DeliveryJson() {}

    static JsonObject summary(DeliverySummary delivery) {
        return members(delivery).build();
    }

    private static JsonObject.Builder members(DeliverySummary delivery) {
        List<String> queueIds = delivery.queueIds();
        JsonObject.Builder json = JsonObject.builder()
                .put("id", delivery.id())
                .put("receivedAt", delivery.receivedAt())
                .put("outcome", DeliveryFilters.word(delivery.outcome()))
                .putIfPresent("reason", delivery.reason())
                .put("triggerId", Ids.masked(delivery.triggerId()))
                .putIfPresent("workflowId", delivery.workflowId())
                .putIfPresent("pluginId", delivery.pluginId())
                .putIfPresent("eventType", delivery.eventType())
                .putIfPresent("deliveryId", delivery.senderId())
                .put("correlationId", delivery.correlationId())
                .put("queueIds", queueIds.subList(0, Math.min(queueIds.size(), MAX_IDS)));
        if (queueIds.size() > MAX_IDS) {
            json.put("queueIdsTruncated", true);
        }
        return json.putIfPresent("duplicateOf", delivery.duplicateOf())
                .putIfPresent("replayOf", delivery.replayOf())
                .put("bodyLength", delivery.bodyLength())
                .put("hasBody", delivery.hasBody());
    }

    static JsonObject detail(StoredDelivery delivery) {
        JsonObject.Builder json = members(delivery.summary())
                .put("method", delivery.details().method())
                .put("query", delivery.details().query())
                .putIfPresent("sourceIp", delivery.details().sourceIp())
                .putIfPresent("actor", delivery.details().actor())
                .put("headers", JsonObject.of(delivery.headers()))
                .put("timingsMicros", JsonObject.of(delivery.details().timings()))
                .putIfPresent("bodySha256", delivery.bodySha256());
        delivery.bodyHead()
                .ifPresent(head -> json.put("bodyHead", Base64.getEncoder().encodeToString(head)));
        return json.put(
                        "items",
                        delivery.items().stream().map(DeliveryJson::item).toList())
                .build();
    }

    private static JsonObject item(QueueHistory item) {
        return JsonObject.builder()
                .put("queueId", item.queueId())
                .put("state", item.state().name().toLowerCase(Locale.ROOT))
                .put("workflowId", item.workflowId())
                .putIfPresent("runId", item.runId())
                .putIfPresent("reason", item.reason())
                .put("enqueuedAt", item.enqueuedAt())
                .put("updatedAt", item.updatedAt())
                .build();
    }
}
