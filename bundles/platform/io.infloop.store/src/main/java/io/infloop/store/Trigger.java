package io.infloop.store;

import io.infloop.spi.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A webhook URL and what it starts. {@link #toString()} hides the id and the secret.
 *
 * @param id a credential
 * @param pluginId id of the webhook source
 * @param eventType required when the source names its events
 * @param match all must hold
 * @param inputs input name to template
 * @param secret shared with the sender
 * @param verifyOptional whether unsigned deliveries are accepted when there is no secret
 * @param publicUrl the URL the sender was given, for schemes that sign it
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
        Optional<String> secret,
        boolean verifyOptional,
        Optional<String> publicUrl,
        OptionalLong lastFiredAt,
        long createdAt,
        long updatedAt) {
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

    public Trigger {
        match = List.copyOf(match);
        inputs = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(inputs));
    }

    /** The document as in the file; {@code withSecret} false puts {@code hasSecret} in the secret's place, for the API. */
    public JsonObject toJson(boolean withSecret) {
        JsonObject.Builder json = JsonObject.builder()
                .put("id", id)
                .put("name", name)
                .put("enabled", enabled)
                .put("workflowId", workflowId)
                .put("pluginId", pluginId)
                .putIfPresent("eventType", eventType)
                .put("match", match.stream().map(Predicate::toJson).toList())
                .put("inputs", inputs);
        if (withSecret) {
            json.putIfPresent("secret", secret);
        } else {
            json.put("hasSecret", secret.isPresent());
        }
        if (verifyOptional) {
            json.put("verifyOptional", true);
        }
        return json.putIfPresent("publicUrl", publicUrl)
                .put("lastFiredAt", lastFiredAt.isPresent() ? lastFiredAt.getAsLong() : null)
                .put("createdAt", createdAt)
                .put("updatedAt", updatedAt)
                .build();
    }

    @Override
    public String toString() {
        return "Trigger[" + io.infloop.core.id.Ids.masked(id) + " " + pluginId + " → " + workflowId + "]";
    }
}
