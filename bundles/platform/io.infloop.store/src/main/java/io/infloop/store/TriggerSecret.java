package io.infloop.store;

import io.infloop.spi.json.JsonObject;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A secret that a trigger shares with its sender. {@link #toString()} and {@link #toJson()} hide the value.
 *
 * @param id names it among the secrets of its trigger; not a credential
 * @param label for people
 * @param value never empty
 * @param createdAt epoch milliseconds
 * @param expiresAt epoch milliseconds; from then on it proves nothing
 * @param lastUsedAt epoch milliseconds of the last delivery that it proved
 */
public record TriggerSecret(
        String id, String label, String value, long createdAt, OptionalLong expiresAt, OptionalLong lastUsedAt) {
    /** How many a trigger may have. */
    public static final int MAX = 8;
    /** Of a value, in characters. */
    public static final int MAX_LENGTH = 4_096;
    /** Of a label, in characters. */
    public static final int MAX_LABEL_LENGTH = 100;

    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");

    public TriggerSecret {
        if (!isId(id)) {
            throw new IllegalArgumentException("not the id of a secret");
        }
        if (value.isEmpty()) {
            throw new IllegalArgumentException("an empty secret proves nothing");
        }
    }

    /** A new one that does not expire. */
    public static TriggerSecret create(String label, String value, long nowMillis) {
        String id = "s-" + UUID.randomUUID().toString().substring(0, 18);
        return new TriggerSecret(id, label, value, nowMillis, OptionalLong.empty(), OptionalLong.empty());
    }

    public static boolean isId(String id) {
        return ID.matcher(id).matches();
    }

    public boolean isExpired(long nowMillis) {
        return expiresAt.isPresent() && expiresAt.getAsLong() <= nowMillis;
    }

    /** As it is, but not beyond that time. */
    public TriggerSecret expiringBy(long atMillis) {
        long earlier = Math.min(expiresAt.orElse(Long.MAX_VALUE), atMillis);
        return new TriggerSecret(id, label, value, createdAt, OptionalLong.of(earlier), lastUsedAt);
    }

    public TriggerSecret usedAt(long atMillis) {
        return new TriggerSecret(id, label, value, createdAt, expiresAt, OptionalLong.of(atMillis));
    }

    /** For the API: everything but the value. */
    public JsonObject toJson() {
        JsonObject.Builder json =
                JsonObject.builder().put("id", id).put("label", label).put("createdAt", createdAt);
        expiresAt.ifPresent(at -> json.put("expiresAt", at));
        return json.put("lastUsedAt", lastUsedAt.isPresent() ? lastUsedAt.getAsLong() : null)
                .build();
    }

    @Override
    public String toString() {
        return "TriggerSecret[" + id + "]";
    }
}
