package io.infloop.store.internal;

import io.infloop.core.net.AddressBlock;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.Concurrency;
import io.infloop.store.Trigger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The document in a trigger's file. What is not understood makes the file unusable, never the trigger more permissive.
 *
 * @param raw everything in the file, members unknown to this version included
 */
record TriggerDocument(JsonObject raw, Trigger trigger) {
    private static final Set<String> OPERATORS = Set.of("==", "!=", "contains", "matches");
    private static final Set<String> KNOWN = Set.of(
            "id",
            "name",
            "enabled",
            "workflowId",
            "pluginId",
            "eventType",
            "match",
            "inputs",
            "secret",
            "secrets",
            "verifyOptional",
            "boundAt",
            "config",
            "publicUrl",
            "maxBodyBytes",
            "rateLimitPerMinute",
            "ipAllow",
            "dedup",
            "concurrency",
            "keepRejected",
            "lastFiredAt",
            "createdAt",
            "updatedAt");

    static TriggerDocument parse(String id, JsonObject raw, long modifiedAt) throws RefusedFileException {
        if (!id.equals(raw.get("id"))) {
            throw new RefusedFileException("its \"id\" is not the name of the file");
        }
        long createdAt = Members.time(raw, "createdAt").orElse(modifiedAt);
        Trigger trigger = Trigger.builder(id, Members.required(raw, "workflowId"), Members.required(raw, "pluginId"))
                .name(Members.text(raw, "name").orElse("unnamed"))
                .enabled(Members.flag(raw, "enabled", true))
                .eventType(Members.text(raw, "eventType"))
                .match(match(raw))
                .inputs(Members.texts(raw, "inputs"))
                .secrets(SecretsDocument.parse(raw, createdAt))
                .verifyOptional(Boolean.TRUE.equals(raw.get("verifyOptional")))
                .boundAt(Members.time(raw, "boundAt"))
                .config(Members.texts(raw, "config"))
                .publicUrl(Members.text(raw, "publicUrl"))
                .maxBodyBytes(
                        Members.integer(raw, "maxBodyBytes", Trigger.MIN_MAX_BODY_BYTES, Trigger.MAX_MAX_BODY_BYTES)
                                .orElse(Trigger.DEFAULT_MAX_BODY_BYTES))
                .rateLimitPerMinute(Members.integer(raw, "rateLimitPerMinute", 0, Trigger.MAX_RATE_LIMIT))
                .ipAllow(ipAllow(raw))
                .dedup(dedup(raw))
                .concurrency(concurrency(raw))
                .keepRejected(Members.flag(raw, "keepRejected", false))
                .lastFiredAt(Members.time(raw, "lastFiredAt"))
                .createdAt(createdAt)
                .updatedAt(Members.time(raw, "updatedAt").orElse(modifiedAt))
                .build();
        return new TriggerDocument(raw, trigger);
    }

    /** The document to write for {@code trigger} where {@code raw} was: unknown members stay. */
    static JsonObject merge(JsonObject raw, Trigger trigger, long nowMillis) {
        JsonObject.Builder document = JsonObject.builder()
                .put("id", trigger.id())
                .put("name", trigger.name())
                .put("enabled", trigger.enabled())
                .put("workflowId", trigger.workflowId())
                .put("pluginId", trigger.pluginId())
                .putIfPresent("eventType", trigger.eventType())
                .put("match", trigger.toJson().get("match"))
                .put("inputs", trigger.inputs());
        SecretsDocument.write(document, trigger, nowMillis);
        writeSettings(document, trigger);
        document.put(
                        "lastFiredAt",
                        trigger.lastFiredAt().isPresent()
                                ? trigger.lastFiredAt().getAsLong()
                                : null)
                .put("createdAt", trigger.createdAt())
                .put("updatedAt", trigger.updatedAt());
        raw.asMap().forEach((name, value) -> {
            if (!KNOWN.contains(name)) {
                document.put(name, value);
            }
        });
        return document.build();
    }

    /** {@code raw}, the document of this trigger, with the times of its use. */
    static JsonObject withTimes(JsonObject raw, Trigger trigger, long nowMillis) {
        JsonObject.Builder document = raw.toBuilder();
        trigger.lastFiredAt().ifPresent(at -> document.put("lastFiredAt", at));
        if (trigger.secrets().stream().anyMatch(secret -> secret.lastUsedAt().isPresent())) {
            SecretsDocument.write(document, trigger, nowMillis);
        }
        return document.build();
    }

    /** What is at its default is left out: a later default then holds for it too. */
    private static void writeSettings(JsonObject.Builder document, Trigger trigger) {
        if (trigger.verifyOptional()) {
            document.put("verifyOptional", true);
        }
        trigger.boundAt().ifPresent(at -> document.put("boundAt", at));
        if (!trigger.config().isEmpty()) {
            document.put("config", trigger.config());
        }
        document.putIfPresent("publicUrl", trigger.publicUrl());
        if (trigger.maxBodyBytes() != Trigger.DEFAULT_MAX_BODY_BYTES) {
            document.put("maxBodyBytes", trigger.maxBodyBytes());
        }
        trigger.rateLimitPerMinute().ifPresent(limit -> document.put("rateLimitPerMinute", limit));
        if (!trigger.ipAllow().isEmpty()) {
            document.put(
                    "ipAllow",
                    trigger.ipAllow().stream().map(AddressBlock::toString).toList());
        }
        if (!trigger.dedup().equals(Trigger.Dedup.DEFAULT)) {
            document.put("dedup", trigger.dedup().toJson());
        }
        document.putIfPresent("concurrency", trigger.concurrency().map(Trigger.Concurrency::toJson));
        if (trigger.keepRejected()) {
            document.put("keepRejected", true);
        }
    }

    static Optional<Trigger.Predicate> predicate(Object element) {
        if (element instanceof JsonObject object
                && object.get("lhs") instanceof String lhs
                && object.get("op") instanceof String op
                && OPERATORS.contains(op)
                && object.get("rhs") instanceof String rhs) {
            return Optional.of(new Trigger.Predicate(lhs, op, rhs));
        }
        return Optional.empty();
    }

    private static List<Trigger.Predicate> match(JsonObject raw) throws RefusedFileException {
        List<Trigger.Predicate> predicates = new ArrayList<>();
        for (Object element : Members.array(raw, "match", Integer.MAX_VALUE)) {
            predicates.add(predicate(element)
                    .orElseThrow(() -> new RefusedFileException(
                            "an element of \"match\" is not {lhs, op, rhs} with op ==, !=, contains or matches")));
        }
        return predicates;
    }

    private static List<AddressBlock> ipAllow(JsonObject raw) throws RefusedFileException {
        List<AddressBlock> blocks = new ArrayList<>();
        for (Object element : Members.array(raw, "ipAllow", Trigger.MAX_IP_ALLOW)) {
            if (!(element instanceof String text)) {
                throw new RefusedFileException("an element of \"ipAllow\" is not a string");
            }
            try {
                blocks.add(AddressBlock.parse(text));
            } catch (IllegalArgumentException invalid) {
                throw new RefusedFileException("in \"ipAllow\", " + invalid.getMessage());
            }
        }
        // An empty list is written by somebody who wants nobody to be allowed as well as by somebody who wants
        // everybody to be.
        if (raw.get("ipAllow") != null && blocks.isEmpty()) {
            throw new RefusedFileException(
                    "its \"ipAllow\" is empty; leave it out to allow every address, set \"enabled\" to false to allow none");
        }
        return blocks;
    }

    private static Trigger.Dedup dedup(JsonObject raw) throws RefusedFileException {
        Optional<JsonObject> dedup = Members.object(raw, "dedup");
        if (dedup.isEmpty()) {
            return Trigger.Dedup.DEFAULT;
        }
        return new Trigger.Dedup(
                Members.flag(dedup.get(), "enabled", true),
                Members.text(dedup.get(), "key").filter(key -> !key.isEmpty()),
                Members.integer(dedup.get(), "retentionHours", 1, Trigger.MAX_RETENTION_HOURS));
    }

    private static Optional<Trigger.Concurrency> concurrency(JsonObject raw) throws RefusedFileException {
        Optional<JsonObject> concurrency = Members.object(raw, "concurrency");
        if (concurrency.isEmpty()) {
            return Optional.empty();
        }
        Concurrency.Policy policy = Concurrency.Policy.of(Members.required(concurrency.get(), "policy"))
                .orElseThrow(() -> new RefusedFileException(
                        "the policy of its \"concurrency\" is not queue, skip, replace or latest"));
        return Optional.of(new Trigger.Concurrency(Members.required(concurrency.get(), "key"), policy));
    }
}
