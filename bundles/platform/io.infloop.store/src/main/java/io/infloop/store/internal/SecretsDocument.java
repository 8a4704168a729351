package io.infloop.store.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerSecret;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The secrets in a trigger's file. The list is ours; the text {@code secret} beside it is what earlier versions read and what people
 * edit by hand. A text that is none of the list's takes the place of the first.
 */
final class SecretsDocument {
    private static final String LEGACY_ID = "legacy";

    private SecretsDocument() {}

    static List<TriggerSecret> parse(JsonObject raw, long createdAt) throws RefusedFileException {
        List<TriggerSecret> secrets = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (Object element : Members.array(raw, "secrets", TriggerSecret.MAX)) {
            TriggerSecret secret = secret(element, createdAt);
            if (!ids.add(secret.id())) {
                throw new RefusedFileException("two of its \"secrets\" have the same id");
            }
            secrets.add(secret);
        }
        Optional<String> legacy = Members.text(raw, "secret").filter(text -> !text.isEmpty());
        if (legacy.isPresent()
                && secrets.stream().noneMatch(secret -> secret.value().equals(legacy.get()))) {
            secrets.removeIf(secret -> secret.id().equals(LEGACY_ID));
            if (!secrets.isEmpty() && !ids.contains(LEGACY_ID)) {
                secrets.remove(0);
            }
            secrets.add(
                    0,
                    new TriggerSecret(
                            LEGACY_ID, "secret", legacy.get(), createdAt, OptionalLong.empty(), OptionalLong.empty()));
        }
        return secrets;
    }

    private static TriggerSecret secret(Object element, long createdAt) throws RefusedFileException {
        if (!(element instanceof JsonObject object)) {
            throw new RefusedFileException("an element of \"secrets\" is not an object");
        }
        String id = Members.required(object, "id");
        if (!TriggerSecret.isId(id)) {
            throw new RefusedFileException("the id of an element of \"secrets\" is not one");
        }
        return new TriggerSecret(
                id,
                Members.text(object, "label").orElse(id),
                Members.required(object, "value"),
                Members.time(object, "createdAt").orElse(createdAt),
                Members.time(object, "expiresAt"),
                Members.time(object, "lastUsedAt"));
    }

    static void write(JsonObject.Builder document, Trigger trigger, long nowMillis) {
        if (!trigger.hasSecret()) {
            document.remove("secret").remove("secrets");
            return;
        }
        List<TriggerSecret> valid = trigger.secretsAt(nowMillis);
        if (valid.isEmpty()) {
            // An earlier version knows no end of a secret.
            document.remove("secret");
        } else {
            document.put("secret", valid.get(0).value());
        }
        document.put(
                "secrets", trigger.secrets().stream().map(SecretsDocument::json).toList());
    }

    private static JsonObject json(TriggerSecret secret) {
        return secret.toJson().toBuilder().put("value", secret.value()).build();
    }
}
