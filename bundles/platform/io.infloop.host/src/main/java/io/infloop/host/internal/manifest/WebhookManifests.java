package io.infloop.host.internal.manifest;

import io.infloop.host.internal.RefusedException;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.json.JsonPointer;
import io.infloop.spi.webhook.ConfigField;
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

    private static final int MAX_CONFIG = 16;
    private static final Set<String> KNOWN = Set.of(
            "kind",
            "id",
            "displayName",
            "description",
            "icon",
            "docs",
            "version",
            "eventHeader",
            "eventType",
            "events",
            "deliveryId",
            "replayKey",
            "batch",
            "signature",
            "config",
            "contentTypes",
            "contentEncodings",
            "methods",
            "requireHeaders",
            "formPayloadParam",
            "multipart",
            "challenges",
            "ack",
            "rejectStatus",
            "rejectBody");

    private WebhookManifests() {}

    static WebhookSource.Descriptor read(Fields fields) throws RefusedException {
        fields.onlyKnown(KNOWN);
        String id = fields.contributionId("id");
        WebhookSource.Builder source = WebhookSource.Descriptor.builder(id, fields.text("displayName"))
                .events(events(fields))
                .config(config(fields))
                .intake(Intakes.read(fields));
        fields.optionalText("description").ifPresent(source::description);
        fields.object().string("icon").ifPresent(source::icon);
        docs(fields).ifPresent(source::docsUrl);
        eventType(fields).ifPresent(source::eventType);
        ValueRules.read(fields, "deliveryId").ifPresent(source::deliveryId);
        ValueRules.read(fields, "replayKey").ifPresent(source::replayKey);
        batch(fields).ifPresent(source::batch);
        Optional<SignatureDeclaration> signature = signature(fields);
        signature.ifPresent(source::signature);
        source.challenges(Challenges.read(fields, signature.isPresent()));
        Replies.ack(fields).ifPresent(source::ack);
        Replies.reject(fields).ifPresent(source::reject);
        WebhookSource.Descriptor descriptor = source.build();
        Consistency.check(fields, descriptor);
        return descriptor;
    }

    private static Optional<ValueRule> eventType(Fields fields) throws RefusedException {
        Optional<String> header = fields.optionalText("eventHeader");
        Optional<ValueRule> rule = ValueRules.read(fields, "eventType");
        if (header.isPresent() && rule.isPresent()) {
            throw fields.refused("\"eventHeader\" and \"eventType\" say the same thing; keep one of them");
        }
        return header.isPresent()
                ? Optional.of(ValueRule.at(ValueLocation.header(header.get().toLowerCase(Locale.ROOT))))
                : rule;
    }

    private static Optional<String> docs(Fields fields) throws RefusedException {
        Optional<String> docs = fields.optionalText("docs");
        if (docs.filter(url -> !url.startsWith("https://")).isPresent()) {
            throw fields.refused("\"docs\" must be an address that begins with https://");
        }
        return docs;
    }

    private static Optional<String> batch(Fields fields) throws RefusedException {
        Optional<Fields> batch = fields.inner("batch", "{\"path\":\"/events\"}");
        if (batch.isEmpty()) {
            return Optional.empty();
        }
        Fields inner = batch.get();
        inner.onlyKnown(Set.of("path"));
        String pointer = inner.object()
                .string("path")
                .orElseThrow(() -> inner.refused(
                        "\"path\" must be a JSON Pointer; the empty one says that the body is the array"));
        if (!pointer.isEmpty()) {
            inner.checked(() -> {
                JsonPointer.check(pointer);
                return true;
            });
        }
        return Optional.of(pointer);
    }

    private static List<ConfigField> config(Fields fields) throws RefusedException {
        if (!fields.object().has("config")) {
            return List.of();
        }
        List<ConfigField> config = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Object element : fields.array("config")) {
            String place = "config field " + (config.size() + 1);
            if (!(element instanceof JsonObject object)) {
                throw fields.refused(place + " must be an object");
            }
            Fields field = fields.at(place, object);
            field.onlyKnown(Set.of("name", "description", "required"));
            String name = field.text("name");
            Optional<String> description = field.optionalText("description");
            boolean required = field.flag("required", false);
            config.add(field.checked(() -> new ConfigField(name, description, required)));
            if (!names.add(name) || config.size() > MAX_CONFIG) {
                throw field.refused("\"" + name + "\" occurs twice, or there are more than " + MAX_CONFIG);
            }
        }
        return config;
    }

    private static List<WebhookEvent> events(Fields fields) throws RefusedException {
        List<WebhookEvent> events = new ArrayList<>();
        Set<String> types = new HashSet<>();
        for (Object element : fields.array("events")) {
            String place = "event " + (events.size() + 1);
            if (!(element instanceof JsonObject object)) {
                throw fields.refused(place + " must be an object");
            }
            Fields written = fields.at(place, object);
            written.onlyKnown(Set.of("type", "displayName", "fields", "examplePayload"));
            WebhookEvent event = event(written);
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
            field.onlyKnown(Set.of("path", "type", "description"));
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
