package io.infloop.rest.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerSecret;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Adds secrets to triggers and takes them away. */
final class TriggerSecrets {
    private static final int GENERATED_BYTES = 32;
    private static final int MAX_HOURS = 3 * 366 * 24;
    private static final Set<String> MEMBERS = Set.of("value", "generate", "label", "expireOthersAfterHours");
    private static final SecureRandom RANDOM = new SecureRandom();

    /**
     * What a caller wants to add.
     *
     * @param value empty to have one made
     * @param expireOthersAfterHours empty if they stay; 0 to have them gone at once
     */
    record Addition(Optional<String> value, Optional<String> label, OptionalLong expireOthersAfterHours) {}

    private TriggerSecrets() {}

    /** @throws InvalidTriggerException if the body is none */
    static Addition addition(JsonObject body) {
        body.asMap().keySet().stream()
                .filter(name -> !MEMBERS.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw InvalidTriggerException.of(
                            "secret",
                            "a secret is added with value or generate, label and expireOthersAfterHours only");
                });
        boolean generate = TriggerMembers.flag(body, "generate", "generate", false);
        if (generate == body.has("value")) {
            throw InvalidTriggerException.of("value", "give either value or \"generate\": true");
        }
        if (body.has("value") && body.string("value").isEmpty()) {
            throw InvalidTriggerException.of("value", "value must be a string");
        }
        if (body.get("label") != null
                && body.string("label")
                        .filter(label -> !label.isBlank()
                                && label.length() <= TriggerSecret.MAX_LABEL_LENGTH
                                && label.chars().noneMatch(Character::isISOControl))
                        .isEmpty()) {
            throw InvalidTriggerException.of(
                    "label", "label must be a text of 1 to " + TriggerSecret.MAX_LABEL_LENGTH + " characters");
        }
        OptionalLong hours =
                TriggerMembers.integer(body, "expireOthersAfterHours", "expireOthersAfterHours", 0, MAX_HOURS).stream()
                        .asLongStream()
                        .findFirst();
        return new Addition(
                body.string("value").map(text -> TriggerDraft.value("value", text)), body.string("label"), hours);
    }

    /**
     * The trigger with the new secret in front.
     *
     * @param source empty if it is not in service
     * @throws InvalidTriggerException if there are too many, or the source takes none that is made here
     */
    static Trigger added(Trigger trigger, Addition addition, Optional<SourceFacts> source, long nowMillis) {
        String value = addition.value().orElseGet(() -> generated(source));
        List<TriggerSecret> others = new ArrayList<>(trigger.secretsAt(nowMillis));
        if (others.stream().anyMatch(secret -> secret.value().equals(value))) {
            throw InvalidTriggerException.of("value", "the trigger has this secret already");
        }
        if (addition.expireOthersAfterHours().isPresent()) {
            long end = nowMillis
                    + TimeUnit.HOURS.toMillis(addition.expireOthersAfterHours().getAsLong());
            others.replaceAll(secret -> secret.expiringBy(end));
            others.removeIf(secret -> secret.isExpired(nowMillis));
        }
        if (others.size() >= TriggerSecret.MAX) {
            throw InvalidTriggerException.of(
                    "secrets",
                    "the trigger has " + TriggerSecret.MAX + " secrets, the most there may be; delete one first");
        }
        List<TriggerSecret> secrets = new ArrayList<>();
        secrets.add(TriggerSecret.create(addition.label().map(String::strip).orElse("secret"), value, nowMillis));
        secrets.addAll(others);
        return trigger.toBuilder().secrets(secrets).build();
    }

    /** In the form in which the source's scheme reads secrets. */
    private static String generated(Optional<SourceFacts> source) {
        Optional<JsonObject> form = source.map(SourceFacts::secretForm).orElse(Optional.of(JsonObject.EMPTY));
        if (form.isEmpty()) {
            throw InvalidTriggerException.of(
                    "generate", "the source verifies with a key of the sender; give it as value");
        }
        byte[] bytes = new byte[GENERATED_BYTES];
        RANDOM.nextBytes(bytes);
        String prefix = form.get().string("stripPrefix").orElse("");
        return prefix
                + switch (form.get().string("encoding").orElse("utf8")) {
                    case "base64" -> Base64.getEncoder().encodeToString(bytes);
                    case "base64url" -> Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
                    default -> HexFormat.of().formatHex(bytes);
                };
    }

    /**
     * The trigger without that secret. Without the last one it is as before its first: a handshake may bring another.
     *
     * @return empty if it has none of that id
     */
    static Optional<Trigger> removed(Trigger trigger, String secretId) {
        List<TriggerSecret> left = trigger.secrets().stream()
                .filter(secret -> !secret.id().equals(secretId))
                .toList();
        if (left.size() == trigger.secrets().size()) {
            return Optional.empty();
        }
        Trigger changed = trigger.toBuilder().secrets(left).build();
        return Optional.of(
                left.isEmpty()
                        ? changed.toBuilder().boundAt(OptionalLong.empty()).build()
                        : changed);
    }

    /** The answer to an addition; the only one that ever has a value, and only if it was made here. */
    static JsonObject answer(Addition addition, Trigger saved) {
        TriggerSecret added = saved.secrets().get(0);
        JsonObject.Builder secret = added.toJson().toBuilder();
        if (addition.value().isEmpty()) {
            secret.put("value", added.value());
        }
        return secret.build();
    }

    static ApiReply unknown() {
        return ApiReply.error(ErrorCode.NOT_FOUND, "the trigger has no such secret");
    }
}
