package io.infloop.ingress.internal;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditEvent.Outcome;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.id.Ids;
import io.infloop.ingress.Replays;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.json.JsonParseException;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.WebhookRequest;
import io.infloop.store.DeliveryStore;
import io.infloop.store.StoredDelivery;
import io.infloop.store.Trigger;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends a stored delivery through the pipeline again, behind the check of its signature. */
@Component(service = Replays.class)
public final class DeliveryReplay implements Replays {
    private static final Logger LOG = LoggerFactory.getLogger(DeliveryReplay.class);

    private final WebhookPipeline pipeline;
    private final DeliveryStore deliveries;
    private final AuditLog audit;

    @Activate
    public DeliveryReplay(
            @Reference WebhookPipeline pipeline, @Reference DeliveryStore deliveries, @Reference AuditLog audit) {
        this.pipeline = pipeline;
        this.deliveries = deliveries;
        this.audit = audit;
    }

    /** What is replayed, for whom. */
    private record Wish(StoredDelivery delivery, String triggerId, Optional<String> workflowId, Actor actor) {}

    @Override
    public CompletableFuture<ReplayResult> replay(
            StoredDelivery delivery, Optional<String> triggerId, Optional<String> workflowId, Actor actor) {
        Wish wish = new Wish(delivery, triggerId.orElse(delivery.summary().triggerId()), workflowId, actor);
        try {
            return replay(wish, triggerId.isPresent());
        } catch (InfloopException known) {
            return refused(wish, known.code(), String.valueOf(known.getMessage()));
        } catch (RuntimeException | Error defect) {
            LOG.error("delivery {} could not be replayed", delivery.summary().id(), defect);
            return refused(wish, ErrorCode.INTERNAL, "a defect of the server; see its log");
        }
    }

    private CompletableFuture<ReplayResult> replay(Wish wish, boolean otherTrigger) {
        TriggerGate.Outcome found = pipeline.gate().find(wish.triggerId());
        if (found instanceof TriggerGate.Closed closed && closed.reply().status() != ErrorCode.NOT_FOUND.httpStatus()) {
            return refused(
                    wish,
                    ErrorCode.STORE_UNAVAILABLE,
                    "the trigger's file cannot be read at this moment; try again, or mend the file");
        }
        if (!(found instanceof TriggerGate.Open open)) {
            return refused(
                    wish,
                    ErrorCode.NOT_FOUND,
                    otherTrigger
                            ? "the trigger to replay to does not exist or is disabled"
                            : "the trigger of this delivery is gone or disabled; enable it, or name another one with triggerId");
        }
        Optional<byte[]> body = deliveries.body(wish.delivery().summary().id());
        if (body.isEmpty()) {
            return refused(
                    wish,
                    ErrorCode.CONFLICT,
                    "the body of this delivery is not kept any more, or never was; ask the sender to deliver it again");
        }
        Trigger trigger = wish.workflowId()
                .map(workflowId -> withWorkflow(open.trigger(), workflowId))
                .orElse(open.trigger());
        WebhookRequest request = new WebhookRequest(
                wish.delivery().details().method(),
                PublicUrls.of(trigger),
                wish.delivery().details().query(),
                HttpHeaders.of(wish.delivery().headers()),
                body.get(),
                pipeline.clock().instant());
        Inbound inbound = new Inbound(
                trigger,
                request,
                pipeline.newCorrelationId(),
                FireMode.REPLAY,
                wish.actor(),
                Optional.of(wish.delivery().summary().id()));
        return pipeline.repeat(inbound).thenApply(reply -> told(wish, inbound, reply));
    }

    private static Trigger withWorkflow(Trigger trigger, String workflowId) {
        return trigger.toBuilder().workflowId(workflowId).build();
    }

    private ReplayResult told(Wish wish, Inbound inbound, Reply reply) {
        JsonObject body = json(reply.body());
        Optional<String> queueId = body.string("queueId").filter(id -> reply.status() == 202);
        audit(
                wish,
                reply.status() < 300 ? Outcome.OK : Outcome.ERROR,
                AuditEvent.of("delivery.replayed", wish.actor())
                        .with("correlationId", inbound.correlationId())
                        .with("workflowId", inbound.trigger().workflowId())
                        .with("queueId", queueId)
                        .with("reason", body.string("error"))
                        .with("httpStatus", (long) reply.status()));
        return new ReplayResult(reply.status(), body, queueId.map(DeliveryReplay::deliveryId));
    }

    /** As {@link Acceptance} makes it. */
    private static String deliveryId(String queueId) {
        return "d" + queueId.substring(1);
    }

    private CompletableFuture<ReplayResult> refused(Wish wish, ErrorCode code, String reason) {
        audit(
                wish,
                Outcome.ERROR,
                AuditEvent.of("delivery.replayed", wish.actor())
                        .with("workflowId", wish.workflowId())
                        .with("reason", code.text())
                        .with("detail", IngressAudit.oneLine(reason))
                        .with("httpStatus", (long) code.httpStatus()));
        return CompletableFuture.completedFuture(new ReplayResult(
                code.httpStatus(),
                JsonObject.builder()
                        .put("error", code.text())
                        .put("reason", reason)
                        .build(),
                Optional.empty()));
    }

    private void audit(Wish wish, Outcome outcome, AuditEvent.Builder line) {
        try {
            audit.append(line.outcome(outcome)
                    .with("deliveryId", wish.delivery().summary().id())
                    .with("triggerId", Ids.masked(wish.triggerId())));
        } catch (RuntimeException failed) {
            LOG.error("the audit of a replay failed", failed);
        }
    }

    private static JsonObject json(byte[] bytes) {
        try {
            return bytes.length == 0 ? JsonObject.EMPTY : Json.parseObject(new String(bytes, StandardCharsets.UTF_8));
        } catch (JsonParseException insisted) {
            // An answer that its sender insists on.
            return JsonObject.EMPTY;
        }
    }
}
