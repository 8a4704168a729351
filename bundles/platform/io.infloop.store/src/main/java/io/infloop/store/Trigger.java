package io.infloop.store;

import io.infloop.core.id.Ids;
import io.infloop.core.net.AddressBlock;
import io.infloop.spi.json.JsonObject;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A webhook URL and what it starts. Made by {@link #builder}. {@link #toString()} hides the id, it and {@link #toJson()} the values of
 * the secrets.
 *
 * @param id a credential
 * @param pluginId id of the webhook source
 * @param eventType required when the source names its events
 * @param match all must hold
 * @param inputs input name to template
 * @param secrets shared with the sender, at most {@value TriggerSecret#MAX}; expired ones too. The first is the newest
 * @param verifyOptional whether unsigned deliveries are accepted when there is no secret at all, not even an expired one
 * @param boundAt when a handshake's secret was captured, epoch milliseconds; see {@link #isUnbound()}
 * @param config values of the fields that the source declares, by name
 * @param publicUrl the URL the sender was given, for schemes that sign it
 * @param maxBodyBytes larger deliveries are refused
 * @param rateLimitPerMinute empty for the server's setting, 0 for no limit
 * @param ipAllow where deliveries may come from; empty for everywhere
 * @param keepRejected whether the beginning of a refused delivery's body is kept, also where the server keeps none
 * @param lastFiredAt epoch milliseconds
 * @param createdAt epoch milliseconds
 * @param updatedAt epoch milliseconds
 */
public record Trigger(
        String id,
        String name,
        boolean enabled,
        String workflowId,
        String pluginId,
        Optional<String> eventType,
        List<Predicate> match,
        Map<String, String> inputs,
        List<TriggerSecret> secrets,
        boolean verifyOptional,
        OptionalLong boundAt,
        Map<String, String> config,
        Optional<String> publicUrl,
        int maxBodyBytes,
        OptionalInt rateLimitPerMinute,
        List<AddressBlock> ipAllow,
        Dedup dedup,
        Optional<Concurrency> concurrency,
        boolean keepRejected,
        OptionalLong lastFiredAt,
        long createdAt,
        long updatedAt) {
    /** 1 MiB. */
    public static final int DEFAULT_MAX_BODY_BYTES = 1_048_576;
    /** 1 KiB. */
    public static final int MIN_MAX_BODY_BYTES = 1_024;
    /** 32 MiB. */
    public static final int MAX_MAX_BODY_BYTES = 32 * 1_048_576;

    public static final int MAX_RATE_LIMIT = 10_000_000;
    public static final int MAX_IP_ALLOW = 256;
    /** Three years of hours. */
    public static final int MAX_RETENTION_HOURS = 3 * 366 * 24;

    /**
     * A condition on the delivery.
     *
     * @param lhs template
     * @param op {@code ==}, {@code !=}, {@code contains} or {@code matches}
     * @param rhs template
     */
    public record Predicate(String lhs, String op, String rhs) {
        JsonObject toJson() {
            return JsonObject.builder()
                    .put("lhs", lhs)
                    .put("op", op)
                    .put("rhs", rhs)
                    .build();
        }
    }

    /**
     * Whether a delivery that came before starts nothing.
     *
     * @param key template for what makes two deliveries the same; empty for the source's delivery id
     * @param retentionHours how long they are remembered; empty for the server's default
     */
    public record Dedup(boolean enabled, Optional<String> key, OptionalInt retentionHours) {
        public static final Dedup DEFAULT = new Dedup(true, Optional.empty(), OptionalInt.empty());

        public JsonObject toJson() {
            JsonObject.Builder json =
                    JsonObject.builder().put("enabled", enabled).putIfPresent("key", key);
            retentionHours.ifPresent(hours -> json.put("retentionHours", hours));
            return json.build();
        }
    }

    /**
     * Deliveries of this trigger that must not run beside each other.
     *
     * @param key template; deliveries for which it is the same exclude each other
     */
    public record Concurrency(String key, io.infloop.store.Concurrency.Policy policy) {
        public JsonObject toJson() {
            return JsonObject.builder()
                    .put("key", key)
                    .put("policy", policy.text())
                    .build();
        }
    }

    public Trigger {
        match = List.copyOf(match);
        inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
        secrets = List.copyOf(secrets);
        config = Collections.unmodifiableMap(new LinkedHashMap<>(config));
        ipAllow = List.copyOf(ipAllow);
    }

    /** An enabled trigger without conditions, everything else at its default. */
    public static TriggerBuilder builder(String id, String workflowId, String pluginId) {
        return new TriggerBuilder(id, workflowId, pluginId);
    }

    public TriggerBuilder toBuilder() {
        return new TriggerBuilder(this);
    }

    /**
     * The secrets that a delivery may be proven with now, the newest first. Empty although there are {@link #secrets()} when all have
     * expired; such a trigger accepts nothing from a source that signs, whatever {@link #verifyOptional()} says.
     */
    public List<TriggerSecret> secretsAt(long nowMillis) {
        for (TriggerSecret secret : secrets) {
            if (secret.isExpired(nowMillis)) {
                return secrets.stream()
                        .filter(candidate -> !candidate.isExpired(nowMillis))
                        .toList();
            }
        }
        return secrets;
    }

    public boolean hasSecret() {
        return !secrets.isEmpty();
    }

    /** Whether a handshake may still bring the secret: only before there ever was one, see {@link TriggerStore#bind}. */
    public boolean isUnbound() {
        return secrets.isEmpty() && boundAt.isEmpty();
    }

    /** The document for those who may know the id; without the values of the secrets. */
    public JsonObject toJson() {
        JsonObject.Builder json = JsonObject.builder()
                .put("id", id)
                .put("name", name)
                .put("enabled", enabled)
                .put("workflowId", workflowId)
                .put("pluginId", pluginId)
                .putIfPresent("eventType", eventType)
                .put("match", match.stream().map(Predicate::toJson).toList())
                .put("inputs", inputs)
                .put("hasSecret", hasSecret())
                .put("secrets", secrets.stream().map(TriggerSecret::toJson).toList());
        if (verifyOptional) {
            json.put("verifyOptional", true);
        }
        boundAt.ifPresent(at -> json.put("boundAt", at));
        json.put("config", config).putIfPresent("publicUrl", publicUrl).put("maxBodyBytes", maxBodyBytes);
        rateLimitPerMinute.ifPresent(limit -> json.put("rateLimitPerMinute", limit));
        return json.put("ipAllow", ipAllow.stream().map(AddressBlock::toString).toList())
                .put("dedup", dedup.toJson())
                .putIfPresent("concurrency", concurrency.map(Concurrency::toJson))
                .put("keepRejected", keepRejected)
                .put("lastFiredAt", lastFiredAt.isPresent() ? lastFiredAt.getAsLong() : null)
                .put("createdAt", createdAt)
                .put("updatedAt", updatedAt)
                .build();
    }

    @Override
    public String toString() {
        return "Trigger[" + Ids.masked(id) + " " + pluginId + " → " + workflowId + "]";
    }
}
