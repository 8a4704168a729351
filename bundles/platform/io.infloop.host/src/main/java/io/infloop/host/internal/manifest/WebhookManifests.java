package io.infloop.host.internal.manifest;

import io.infloop.host.internal.RefusedException;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.SignatureDeclaration;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.ValueRule;
import io.infloop.spi.webhook.WebhookEvent;
import io.infloop.spi.webhook.WebhookSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads the manifest of a webhook source. */
final class WebhookManifests {
    private static final Set<String> FIELD_TYPES = Set.of("string", "number", "boolean", "array", "object");

    private WebhookManifests() {}

    static WebhookSource.Descriptor read(Fields fields) throws RefusedException {
        String id = fields.contributionId("id");
        WebhookSource.Builder source =
                WebhookSource.Descriptor.builder(id, fields.text("displayName")).events(events(fields));
        fields.object().string("icon").ifPresent(source::icon);
        eventType(fields).map(ValueRule::at).ifPresent(source::eventType);
        location(fields, "deliveryId").map(ValueRule::at).ifPresent(source::deliveryId);
        signature(fields).ifPresent(source::signature);
        return source.build();
    }

    private static Optional<ValueLocation> eventType(Fields fields) throws RefusedException {
        Optional<String> header = fields.optionalText("eventHeader");
        Optional<ValueLocation> location = location(fields, "eventType");
        if (header.isPresent() && location.isPresent()) {
            throw fields.refused("\"eventHeader\" and \"eventType\" say the same thing; keep one of them");
        }
        return header.isPresent()
                ? Optional.of(ValueLocation.header(header.get().toLowerCase(Locale.ROOT)))
                : location;
    }

    private static Optional<ValueLocation> location(Fields fields, String name) throws RefusedException {
        if (fields.object().get(name) == null) {
            return Optional.empty();
        }
        JsonObject place = fields.object()
                .object(name)
                .orElseThrow(() -> fields.refused(
                        "\"" + name + "\" must be an object such as {\"from\":\"header\",\"name\":\"x-event\"}"));
        Fields inner = fields.at("\"" + name + "\"", place);
        String from = place.string("from").orElse("");
        if (from.equals("header")) {
            return Optional.of(ValueLocation.header(inner.text("name").toLowerCase(Locale.ROOT)));
        }
        if (from.equals("body")) {
            String pointer = inner.text("path");
            if (!pointer.startsWith("/")) {
                throw inner.refused("\"path\" must be a JSON Pointer that begins with '/'");
            }
            return Optional.of(ValueLocation.body(pointer));
        }
        throw inner.refused("\"from\" must be \"header\" or \"body\"");
    }

    private static List<WebhookEvent> events(Fields fields) throws RefusedException {
        List<WebhookEvent> events = new ArrayList<>();
        Set<String> types = new HashSet<>();
        for (Object element : fields.array("events")) {
            String place = "event " + (events.size() + 1);
            if (!(element instanceof JsonObject object)) {
                throw fields.refused(place + " must be an object");
            }
            WebhookEvent event = event(fields.at(place, object));
            if (!types.add(event.type())) {
                throw fields.refused("event type \"" + event.type() + "\" occurs twice; types must be unique");
            }
            events.add(event);
        }
        if (events.isEmpty()) {
            throw fields.refused("\"events\" must name at least one event");
        }
        return events;
    }

    private static WebhookEvent event(Fields fields) throws RefusedException {
        List<WebhookEvent.Field> eventFields = new ArrayList<>();
        for (Object element : fields.array("fields")) {
            String place = "field " + (eventFields.size() + 1);
            if (!(element instanceof JsonObject object)) {
                throw fields.refused(place + " must be an object");
            }
            Fields field = fields.at(place, object);
            String type = field.text("type");
            if (!FIELD_TYPES.contains(type)) {
                throw field.refused("\"type\" must be string, number, boolean, array or object");
            }
            eventFields.add(new WebhookEvent.Field(field.text("path"), type, field.optionalText("description")));
        }
        return new WebhookEvent(
                fields.text("type"),
                fields.text("displayName"),
                eventFields,
                Optional.ofNullable(fields.object().get("examplePayload")));
    }

    private static Optional<SignatureDeclaration> signature(Fields fields) throws RefusedException {
        if (!fields.object().has("signature")) {
            return Optional.empty();
        }
        // Anything but an object is refused, null included: a source must not end up unsigned by a slip.
        JsonObject block = fields.object()
                .object("signature")
                .orElseThrow(() -> fields.refused("\"signature\" must be an object"));
        return Optional.of(SignatureBlocks.read(fields.at("\"signature\"", block)));
    }
}
