package io.infloop.ingress.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.host.ContributionUnavailableException;
import io.infloop.host.Contributions;
import io.infloop.host.Lease;
import io.infloop.host.PluginCallException;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.SignatureScheme;
import io.infloop.spi.webhook.ValueRule;
import io.infloop.spi.webhook.WebhookRequest;
import io.infloop.spi.webhook.WebhookSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads genuine deliveries: what they are and which events are in them. Thread-safe. */
final class Arrivals {
    private static final Duration SOURCE_DEADLINE = Duration.ofMillis(SignatureScheme.DEADLINE_MILLIS);
    /** The largest batches known have a thousand events. */
    static final int MAX_EVENTS = 1_000;
    /** For bodies being inflated, all together. */
    private static final long MAX_INFLATED_BYTES = 64L * 1_024 * 1_024;

    /** What became of a delivery. */
    sealed interface Outcome permits Read, Refused {}

    record Read(Arrival arrival) implements Outcome {}

    /** @param reason a sentence for the sender where it can do something about it, else for the operator */
    record Refused(ErrorCode code, String reason) implements Outcome {}

    private final Contributions contributions;
    private final BodyBudget inflating = new BodyBudget(MAX_INFLATED_BYTES);

    Arrivals(Contributions contributions) {
        this.contributions = contributions;
    }

    Outcome read(Inbound inbound, SourceProfile profile) {
        if (!ReadableBody.isEncoded(inbound.request())) {
            return readable(inbound, profile);
        }
        long most = inbound.trigger().maxBodyBytes();
        if (!inflating.take(most)) {
            return new Refused(ErrorCode.BUSY, "too many bodies are being inflated");
        }
        try {
            return readable(inbound, profile);
        } finally {
            inflating.giveBack(most);
        }
    }

    private Outcome readable(Inbound inbound, SourceProfile profile) {
        ReadableBody.Outcome body =
                ReadableBody.of(inbound.request(), inbound.trigger().maxBodyBytes());
        if (body instanceof ReadableBody.Unreadable unreadable) {
            return new Refused(unreadable.code(), unreadable.reason());
        }
        WebhookRequest readable = ((ReadableBody.Readable) body).request();
        Optional<String> broken = broken(readable);
        if (broken.isPresent()) {
            return new Refused(ErrorCode.BAD_BODY, broken.get());
        }
        List<Optional<Object>> items = List.of(Optional.empty());
        if (profile.descriptor().batch().isPresent()) {
            String pointer = profile.descriptor().batch().get();
            Optional<List<Object>> elements = ValueRule.elements(readable, pointer);
            if (elements.isEmpty()) {
                return new Refused(
                        ErrorCode.BAD_BODY, "the body is not JSON with an array of events at '" + pointer + "'");
            }
            if (elements.get().size() > MAX_EVENTS) {
                return new Refused(ErrorCode.PAYLOAD_TOO_LARGE, "a batch has at most " + MAX_EVENTS + " events");
            }
            items = elements.get().stream()
                    .map(element -> Optional.of(element == null ? JsonObject.EMPTY : element))
                    .toList();
        }
        return ask(inbound, profile, readable, items);
    }

    /** What a source that puts its document into a field has to have sent. */
    private static Optional<String> broken(WebhookRequest request) {
        if (request.bodyLength() == 0) {
            return Optional.empty();
        }
        String type = request.contentType();
        Optional<String> field =
                switch (type) {
                    case "multipart/form-data" -> request.intake().multipartJsonField();
                    case "application/x-www-form-urlencoded" -> request.intake().formPayloadParam();
                    default -> Optional.empty();
                };
        return field.filter(name -> request.form().all(name).size() != 1)
                .map(name -> "the form cannot be read, or has not exactly one field '" + name + "'");
    }

    private Outcome ask(Inbound inbound, SourceProfile profile, WebhookRequest readable, List<Optional<Object>> items) {
        try (Lease<WebhookSource> lease =
                contributions.acquire(WebhookSource.class, inbound.trigger().pluginId())) {
            return lease.call(SOURCE_DEADLINE, source -> {
                Optional<String> deliveryId = source.deliveryId(readable, Optional.empty());
                List<Arrival.Part> parts = new ArrayList<>(items.size());
                for (Optional<Object> item : items) {
                    parts.add(part(source, profile, readable, item, deliveryId));
                }
                return new Read(new Arrival(inbound, profile, readable, deliveryId, parts));
            });
        } catch (ContributionUnavailableException | PluginCallException unavailable) {
            return new Refused(
                    ErrorCode.PLUGIN_UNAVAILABLE,
                    Optional.ofNullable(unavailable.getMessage()).orElse("no source"));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return new Refused(ErrorCode.SHUTTING_DOWN, "interrupted while reading");
        }
    }

    private static Arrival.Part part(
            WebhookSource source,
            SourceProfile profile,
            WebhookRequest readable,
            Optional<Object> item,
            Optional<String> deliveryId) {
        Optional<String> eventType =
                profile.descriptor().eventType().isPresent() ? source.eventType(readable, item) : Optional.empty();
        // An id in a header is that of the whole batch, and the same for every element.
        Optional<String> id = item.isEmpty()
                ? Optional.empty()
                : source.deliveryId(readable, item).filter(found -> !deliveryId.equals(Optional.of(found)));
        return new Arrival.Part(item, eventType, id, source.replayKey(readable, item));
    }
}
