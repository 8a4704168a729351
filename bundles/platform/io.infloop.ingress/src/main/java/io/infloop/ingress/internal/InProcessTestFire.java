package io.infloop.ingress.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.ingress.TestFire;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.SignatureDeclaration;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.ValueRule;
import io.infloop.spi.webhook.WebhookRequest;
import io.infloop.spi.webhook.WebhookSource;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerSecret;
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
        Optional<String> unsigned = source.flatMap(WebhookSource.Descriptor::signature)
                .flatMap(declaration -> sign(trigger, declaration, delivery.body(), headers));
        WebhookRequest request = new WebhookRequest(
                "POST",
                PublicUrls.of(trigger),
                "",
                HttpHeaders.of(headers),
                delivery.body(),
                pipeline.clock().instant());
        Inbound inbound = new Inbound(
                trigger,
                request,
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

    /** @return why the delivery is not signed by the server */
    private Optional<String> sign(
            Trigger trigger, SignatureDeclaration declaration, byte[] body, Map<String, String> headers) {
        Optional<String> secret = trigger.secretsAt(pipeline.clock().millis()).stream()
                .findFirst()
                .map(TriggerSecret::value);
        if (secret.isEmpty()) {
            return Optional.of("the trigger has no secret to sign with");
        }
        if (TestSigner.header(declaration).filter(headers::containsKey).isPresent()) {
            return Optional.of("the request brought its own signature");
        }
        TestSigner.Outcome outcome = TestSigner.sign(declaration, secret.get(), body);
        if (outcome instanceof TestSigner.Signed signed) {
            headers.put(signed.header(), signed.value());
            return Optional.empty();
        }
        return Optional.of(((TestSigner.Unsupported) outcome).reason());
    }

    private static Result result(Reply reply, Optional<String> unsigned) {
        return new Result(reply.status(), reply.body(), unsigned);
    }
}
