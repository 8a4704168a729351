package io.infloop.spi.json;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * An immutable JSON object that keeps the order of its members. Values are those of {@link Json}; nested objects are
 * {@code JsonObject}s too. The typed accessors answer empty when the member is absent, {@code null} or of another type.
 */
public final class JsonObject {
    public static final JsonObject EMPTY = new JsonObject(Map.of());

    private final Map<String, Object> members;

    private JsonObject(Map<String, Object> members) {
        this.members = members;
    }

    /** Takes over a map of already immutable JSON values without copying it. */
    static JsonObject wrap(Map<String, Object> members) {
        return members.isEmpty() ? EMPTY : new JsonObject(Collections.unmodifiableMap(members));
    }

    /**
     * A deep copy of {@code members}.
     *
     * @throws IllegalArgumentException if a value is not a JSON value
     */
    public static JsonObject of(Map<String, ?> members) {
        return (JsonObject) Json.copy(members, 0);
    }

    public static JsonObject of(String name, Object value) {
        return builder().put(name, value).build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts with the members of this object. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.members.putAll(members);
        return builder;
    }

    /** The members in order; unmodifiable. */
    public Map<String, Object> asMap() {
        return members;
    }

    public boolean isEmpty() {
        return members.isEmpty();
    }

    public boolean has(String name) {
        return members.containsKey(name);
    }

    /** The value, or {@code null} when the member is absent or JSON null. */
    public Object get(String name) {
        return members.get(name);
    }

    public Optional<String> string(String name) {
        return get(name) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    public Optional<Number> number(String name) {
        return get(name) instanceof Number number ? Optional.of(number) : Optional.empty();
    }

    public Optional<Boolean> bool(String name) {
        return get(name) instanceof Boolean flag ? Optional.of(flag) : Optional.empty();
    }

    public Optional<JsonObject> object(String name) {
        return get(name) instanceof JsonObject object ? Optional.of(object) : Optional.empty();
    }

    @SuppressWarnings("unchecked")
    public Optional<List<Object>> array(String name) {
        return get(name) instanceof List<?> elements ? Optional.of((List<Object>) elements) : Optional.empty();
    }

    /** The strings of an array member; empty when it is absent, not an array, or holds anything else. */
    public List<String> strings(String name) {
        List<Object> elements = array(name).orElse(List.of());
        return elements.stream().allMatch(String.class::isInstance)
                ? elements.stream().map(String.class::cast).toList()
                : List.of();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonObject object && members.equals(object.members);
    }

    @Override
    public int hashCode() {
        return members.hashCode();
    }

    /** The object as JSON text. */
    @Override
    public String toString() {
        return Json.write(this);
    }

    /** Collects members in order; a name given twice keeps its first place and takes the last value. */
    public static final class Builder {
        private final Map<String, Object> members = new LinkedHashMap<>();

        private Builder() {}

        /** @throws IllegalArgumentException if {@code value} is not a JSON value */
        public Builder put(String name, Object value) {
            members.put(Objects.requireNonNull(name, "name is null"), Json.copy(value, 1));
            return this;
        }

        /** Puts the value of an {@link Optional}, nothing when it is empty. */
        public Builder putIfPresent(String name, Optional<?> value) {
            value.ifPresent(present -> put(name, present));
            return this;
        }

        public Builder putAll(JsonObject other) {
            members.putAll(other.members);
            return this;
        }

        public Builder remove(String name) {
            members.remove(name);
            return this;
        }

        public JsonObject build() {
            return wrap(new LinkedHashMap<>(members));
        }
    }
}
