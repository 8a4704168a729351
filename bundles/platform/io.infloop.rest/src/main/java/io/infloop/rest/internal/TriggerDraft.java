package io.infloop.rest.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerBuilder;
import io.infloop.store.TriggerSecret;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Makes a trigger out of a request's body.
 *
 * <p>Members of the wrong type are refused, where earlier versions of the format had them count as absent: a trigger whose {@code match}
 * was lost fires for everything, and one whose {@code enabled} was lost is on. Absent means the default in a whole trigger, and as it was
 * in a part of one; the secrets stay in both.
 */
final class TriggerDraft {
    private TriggerDraft() {}

    /** @throws InvalidTriggerException if a member is not of its type */
    static Trigger created(JsonObject body, String id, long nowMillis) {
        Trigger empty = Trigger.builder(id, "", "")
                .createdAt(nowMillis)
                .updatedAt(nowMillis)
                .build();
        return read(body, empty, nowMillis, true);
    }

    /** @throws InvalidTriggerException if a member is not of its type */
    static Trigger replaced(JsonObject body, Trigger before, long nowMillis) {
        Trigger emptied = Trigger.builder(before.id(), "", "")
                .secrets(before.secrets())
                .boundAt(before.boundAt())
                .lastFiredAt(before.lastFiredAt())
                .createdAt(before.createdAt())
                .build();
        return read(body, emptied, nowMillis, false);
    }

    /** @throws InvalidTriggerException if a member is not of its type */
    static Trigger changed(JsonObject body, Trigger before, long nowMillis) {
        return read(body, before, nowMillis, false);
    }

    private static void requireShape(JsonObject body) {
        if (body.has("match") && body.array("match").isEmpty()) {
            throw InvalidTriggerException.of("match", "match must be an array");
        }
        if (body.has("enabled") && body.bool("enabled").isEmpty()) {
            throw InvalidTriggerException.of("enabled", "enabled must be true or false");
        }
        if (body.has("inputs") && body.object("inputs").isEmpty()) {
            throw InvalidTriggerException.of("inputs", "inputs must be an object");
        }
    }

    private static Trigger read(JsonObject body, Trigger before, long nowMillis, boolean isNew) {
        requireShape(body);
        TriggerBuilder draft = before.toBuilder();
        secret(body, before, nowMillis, draft, isNew);
        if (body.has("name")) {
            draft.name(body.string("name").orElse("").strip());
        }
        if (body.has("enabled")) {
            draft.enabled(body.bool("enabled").orElseThrow());
        }
        if (body.has("workflowId")) {
            draft.workflowId(body.string("workflowId").orElse(""));
        }
        if (body.has("pluginId")) {
            draft.pluginId(body.string("pluginId").orElse(""));
        }
        if (body.has("eventType")) {
            draft.eventType(body.string("eventType").filter(type -> !type.isEmpty()));
        }
        if (body.has("match")) {
            draft.match(TriggerMembers.match(body));
        }
        if (body.has("inputs")) {
            draft.inputs(inputs(body));
        }
        if (body.has("verifyOptional")) {
            draft.verifyOptional(body.bool("verifyOptional").orElse(false));
        }
        settings(body, draft);
        draft.keepRejected(TriggerMembers.flag(body, "keepRejected", "keepRejected", before.keepRejected()));
        return draft.build();
    }

    private static void settings(JsonObject body, TriggerBuilder draft) {
        if (body.has("config")) {
            draft.config(TriggerMembers.config(body));
        }
        if (body.has("publicUrl")) {
            if (body.get("publicUrl") != null && body.string("publicUrl").isEmpty()) {
                throw InvalidTriggerException.of("publicUrl", "publicUrl must be a string or null");
            }
            draft.publicUrl(body.string("publicUrl").filter(url -> !url.isEmpty()));
        }
        if (body.has("maxBodyBytes")) {
            draft.maxBodyBytes(TriggerMembers.integer(
                            body,
                            "maxBodyBytes",
                            "maxBodyBytes",
                            Trigger.MIN_MAX_BODY_BYTES,
                            Trigger.MAX_MAX_BODY_BYTES)
                    .orElse(Trigger.DEFAULT_MAX_BODY_BYTES));
        }
        if (body.has("rateLimitPerMinute")) {
            draft.rateLimitPerMinute(TriggerMembers.integer(
                    body, "rateLimitPerMinute", "rateLimitPerMinute", 0, Trigger.MAX_RATE_LIMIT));
        }
        if (body.has("ipAllow")) {
            draft.ipAllow(TriggerMembers.ipAllow(body));
        }
        if (body.has("dedup")) {
            draft.dedup(TriggerMembers.dedup(body));
        }
        if (body.has("concurrency")) {
            draft.concurrency(TriggerMembers.concurrency(body));
        }
    }

    private static Map<String, String> inputs(JsonObject body) {
        Map<String, String> inputs = new LinkedHashMap<>();
        body.object("inputs").orElseThrow().asMap().forEach((name, value) -> {
            if (!(value instanceof String template)) {
                throw InvalidTriggerException.of("inputs." + name, "inputs." + name + " must be a templated string");
            }
            inputs.put(name, template);
        });
        return inputs;
    }

    /** Omitted: as it was. {@code null}: none. An empty text could mean either and is refused where there is something to lose. */
    private static void secret(JsonObject body, Trigger before, long nowMillis, TriggerBuilder draft, boolean isNew) {
        if (!body.has("secret")) {
            return;
        }
        Object value = body.get("secret");
        if (value == null) {
            draft.secrets(List.of()).boundAt(OptionalLong.empty());
            return;
        }
        if (!(value instanceof String text)) {
            throw InvalidTriggerException.of("secret", "secret must be a string or null");
        }
        if (text.isEmpty()) {
            if (!isNew) {
                throw InvalidTriggerException.of(
                        "secret", "secret must not be empty; leave it out to keep it, send null to clear it");
            }
            return;
        }
        draft.secret(before.secrets().stream()
                .filter(secret -> secret.value().equals(text) && !secret.isExpired(nowMillis))
                .findFirst()
                .orElseGet(() -> TriggerSecret.create("secret", value("secret", text), nowMillis)));
    }

    /** @throws InvalidTriggerException if a text cannot be a secret */
    static String value(String field, String text) {
        if (text.isEmpty() || text.length() > TriggerSecret.MAX_LENGTH) {
            throw InvalidTriggerException.of(
                    field, field + " must have 1 to " + TriggerSecret.MAX_LENGTH + " characters");
        }
        return text;
    }
}
