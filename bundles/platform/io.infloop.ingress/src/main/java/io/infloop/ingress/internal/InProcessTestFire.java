package io.infloop.ingress.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.id.Ids;
import io.infloop.core.settings.Settings;
import io.infloop.ingress.TestFire;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.ValueRule;
import io.infloop.spi.webhook.WebhookEvent;
import io.infloop.spi.webhook.WebhookRequest;
import io.infloop.spi.webhook.WebhookSource;
import io.infloop.store.DeliveryStore;
import io.infloop.store.Trigger;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Sends an operator's delivery through the pipeline, dressed and signed as the source would. */
@Component(service = TestFire.class)
public final class InProcessTestFire implements TestFire {
    private static final String CONTENT_TYPE = "content-type";
    private static final Set<String> SERVER_HEADERS =
            Set.of("content-length", "content-encoding", "transfer-encoding", "host", "connection");

    private final WebhookPipeline pipeline;
    private final Rehearsal rehearsal;

    @Activate
    public InProcessTestFire(
            @Reference WebhookPipeline pipeline, @Reference DeliveryStore deliveries, @Reference Settings settings) {
        this(pipeline, deliveries, settings.queueMax());
    }

    InProcessTestFire(WebhookPipeline pipeline, DeliveryStore deliveries, int queueMax) {
        this.pipeline = pipeline;
        this.rehearsal = new Rehearsal(pipeline.checks(), deliveries, queueMax);
    }

    @Override
    public CompletableFuture<Result> fire(String triggerId, Delivery delivery) {
        if (delivery.body().length > Trigger.DEFAULT_MAX_BODY_BYTES) {
            return CompletableFuture.completedFuture(
                    result(Reply.error(ErrorCode.PAYLOAD_TOO_LARGE), Optional.empty()));
        }
        if (delivery.dryRun()) {
            return CompletableFuture.completedFuture(rehearse(triggerId, delivery));
        }
        TriggerGate.Outcome outcome = pipeline.gate().find(triggerId);
        if (outcome instanceof TriggerGate.Closed closed) {
            return CompletableFuture.completedFuture(result(closed.reply(), Optional.empty()));
        }
        Dressed dressed = dressed(((TriggerGate.Open) outcome).trigger(), delivery);
        return pipeline.process(dressed.inbound()).thenApply(reply -> result(reply, dressed.unsigned()));
    }

    /** Also for a trigger that is disabled: that is one of the verdicts. */
    private Result rehearse(String triggerId, Delivery delivery) {
        try {
            Optional<Trigger> trigger =
                    Ids.isTriggerId(triggerId) ? pipeline.gate().known(triggerId) : Optional.empty();
            if (trigger.isEmpty()) {
                return result(Reply.NOT_FOUND, Optional.empty());
            }
            Dressed dressed = dressed(trigger.get(), delivery);
            return result(rehearsal.of(dressed.inbound()), dressed.unsigned());
        } catch (InfloopException unavailable) {
            return result(Reply.error(unavailable.code()), Optional.empty());
        }
    }

    /** @param unsigned why the server did not sign it */
    private record Dressed(Inbound inbound, Optional<String> unsigned) {}

    private Dressed dressed(Trigger trigger, Delivery delivery) {
        Optional<WebhookSource.Descriptor> source = pipeline.source(trigger);
        Map<String, String> headers = headers(delivery);
        source.flatMap(WebhookSource.Descriptor::eventType)
                .flatMap(ValueRule::place)
                .filter(location -> location.from() == ValueLocation.From.HEADER)
                .ifPresent(location -> trigger.eventType()
                        .filter(type -> !type.equals(WebhookEvent.ANY))
                        .ifPresent(type -> headers.putIfAbsent(location.name().toLowerCase(Locale.ROOT), type)));
        source.flatMap(WebhookSource.Descriptor::deliveryId)
                .flatMap(ValueRule::place)
                .filter(location -> location.from() == ValueLocation.From.HEADER)
                .ifPresent(location -> headers.putIfAbsent(
                        location.name().toLowerCase(Locale.ROOT), "test-" + pipeline.newCorrelationId()));
        WebhookRequest request = new WebhookRequest(
                delivery.method(),
                PublicUrls.of(trigger),
                delivery.query(),
                HttpHeaders.of(headers),
                delivery.body(),
                pipeline.clock().instant());
        Optional<TestSigner.Outcome> signing = source.flatMap(WebhookSource.Descriptor::signature)
                .map(declaration -> pipeline.signer().sign(trigger, declaration, request));
        Optional<String> unsigned = signing.filter(TestSigner.Unsigned.class::isInstance)
                .map(outcome -> ((TestSigner.Unsigned) outcome).reason());
        WebhookRequest sent = signing.filter(TestSigner.Signed.class::isInstance)
                .map(outcome -> ((TestSigner.Signed) outcome).request())
                .orElse(request);
        Inbound inbound = new Inbound(trigger, sent, pipeline.newCorrelationId(), FireMode.TEST, delivery.actor());
        return new Dressed(inbound, unsigned);
    }

    private static Map<String, String> headers(Delivery delivery) {
        Map<String, String> headers = new LinkedHashMap<>();
        delivery.headers().forEach((name, value) -> {
            String key = name.toLowerCase(Locale.ROOT);
            if (!SERVER_HEADERS.contains(key) && (delivery.raw() || !key.equals(CONTENT_TYPE))) {
                headers.put(key, value);
            }
        });
        headers.putIfAbsent(CONTENT_TYPE, "application/json");
        return headers;
    }

    private static Result result(Reply reply, Optional<String> unsigned) {
        return new Result(reply.status(), reply.body(), unsigned);
    }
}
