package io.infloop.core.audit;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One line of the audit log.
 *
 * @param type e.g. {@code webhook.accepted}
 * @param actor on whose behalf
 * @param outcome what came of it
 * @param fields further members in order: strings, numbers, booleans, lists and maps of them; never a secret, a body or an input value
 */
public record AuditEvent(String type, Actor actor, Outcome outcome, Map<String, Object> fields) {
    /** What came of the event. */
    public enum Outcome {
        OK,
        DENIED,
        ERROR
    }

    public AuditEvent {
        Objects.requireNonNull(type, "type is null");
        Objects.requireNonNull(actor, "actor is null");
        Objects.requireNonNull(outcome, "outcome is null");
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    public static Builder of(String type, Actor actor) {
        return new Builder(type, actor);
    }

    /** Builds an {@link AuditEvent}. */
    public static final class Builder {
        private final String type;
        private final Actor actor;
        private Outcome outcome = Outcome.OK;
        private final Map<String, Object> fields = new LinkedHashMap<>();

        private Builder(String type, Actor actor) {
            this.type = type;
            this.actor = actor;
        }

        public Builder outcome(Outcome value) {
            this.outcome = value;
            return this;
        }

        /** Adds a member; an empty optional or {@code null} is left out. */
        public Builder with(String name, Object value) {
            Object present = value instanceof Optional<?> optional ? optional.orElse(null) : value;
            if (present != null) {
                fields.put(name, present);
            }
            return this;
        }

        public AuditEvent build() {
            return new AuditEvent(type, actor, outcome, fields);
        }
    }
}
