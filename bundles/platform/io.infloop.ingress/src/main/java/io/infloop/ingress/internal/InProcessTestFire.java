package io.infloop.ingress.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.ingress.TestFire;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.ValueRule;
import io.infloop.spi.webhook.WebhookRequest;
import io.infloop.spi.webhook.WebhookSource;
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

/** Sends an operator's delivery through the pipeline, dressed as the source would dress it. */
@Component(service = TestFire.class)
public final class InProcessTestFire implements TestFire {
    private static final Set<String> SERVER_HEADERS =
            Set.of("content-type", "content-length", "content-encoding", "transfer-encoding", "host", "connection");

    private final WebhookPipeline pipeline;

    @Activate
    public InProcessTestFire(@Reference WebhookPipeline pipeline) {
        this.pipeline = pipeline;
    }

    @Override
    public CompletableFuture<Result> fire(String triggerId, Delivery delivery) {
        if (delivery.body().length > Trigger.DEFAULT_MAX_BODY_BYTES) {
            return CompletableFuture.completedFuture(
                    result(Reply.error(ErrorCode.PAYLOAD_TOO_LARGE), Optional.empty()));
        }
        TriggerGate.Outcome outcome = pipeline.gate().find(triggerId);
        if (outcome instanceof TriggerGate.Closed closed) {
            return CompletableFuture.completedFuture(result(closed.reply(), Optional.empty()));
        }
        return fire(((TriggerGate.Open) outcome).trigger(), delivery);
    }

    private CompletableFuture<Result> fire(Trigger trigger, Delivery delivery) {
        Optional<WebhookSource.Descriptor> source = pipeline.source(trigger);
        Map<String, String> headers = headers(delivery.headers());
        source.flatMap(WebhookSource.Descriptor::eventType)
                .flatMap(ValueRule::place)
                .filter(location -> location.from() == ValueLocation.From.HEADER)
                .ifPresent(location -> trigger.eventType()
                        .ifPresent(type -> headers.putIfAbsent(location.name().toLowerCase(Locale.ROOT), type)));
        source.flatMap(WebhookSource.Descriptor::deliveryId)
                .flatMap(ValueRule::place)
                .filter(location -> location.from() == ValueLocation.From.HEADER)
                .ifPresent(location -> headers.putIfAbsent(
                        location.name().toLowerCase(Locale.ROOT), "test-" + pipeline.newCorrelationId()));
        WebhookRequest request = new WebhookRequest(
                "POST",
                PublicUrls.of(trigger),
                "",
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
        Inbound inbound = new Inbound(
                trigger,
                sent,
                pipeline.newCorrelationId(),
                delivery.dryRun() ? FireMode.DRY_RUN : FireMode.TEST,
                delivery.actor());
        return pipeline.process(inbound).thenApply(reply -> result(reply, unsigned));
    }

    private static Map<String, String> headers(Map<String, String> given) {
        Map<String, String> headers = new LinkedHashMap<>();
        given.forEach((name, value) -> {
            String key = name.toLowerCase(Locale.ROOT);
            if (!SERVER_HEADERS.contains(key)) {
                headers.put(key, value);
            }
        });
        headers.put("content-type", "application/json");
        return headers;
    }

    private static Result result(Reply reply, Optional<String> unsigned) {
        return new Result(reply.status(), reply.body(), unsigned);
    }
}
