package io.infloop.spi.webhook;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.json.JsonPointer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What must hold of a request: all of the parts that are given. Texts that are compared may be templates, e.g.
 * <code>{config:verifyToken}</code>, and are compared in constant time. A header or parameter that is repeated equals nothing.
 *
 * @param headerPresent names, once or more often
 * @param bodyEquals JSON Pointer to a scalar: {@link RequestTemplate} for texts, {@link Number} or {@link Boolean}
 * @param bodyAbsent JSON Pointers at which there is nothing, or null; holds of a body that is not JSON too
 */
public record RequestCondition(
        Optional<String> method,
        Set<String> headerPresent,
        Set<String> headerAbsent,
        Map<String, RequestTemplate> headerEquals,
        Set<String> queryPresent,
        Set<String> queryAbsent,
        Map<String, RequestTemplate> queryEquals,
        Set<String> bodyPresent,
        Set<String> bodyAbsent,
        Map<String, Object> bodyEquals) {
    /** Most parts that one condition has. */
    public static final int MAX_PARTS = 64;

    public RequestCondition {
        headerPresent = Set.copyOf(headerPresent);
        headerAbsent = Set.copyOf(headerAbsent);
        headerEquals = Map.copyOf(headerEquals);
        queryPresent = Set.copyOf(queryPresent);
        queryAbsent = Set.copyOf(queryAbsent);
        queryEquals = Map.copyOf(queryEquals);
        bodyPresent = Set.copyOf(bodyPresent);
        bodyAbsent = Set.copyOf(bodyAbsent);
        bodyEquals = Map.copyOf(bodyEquals);
        int parts = headerPresent.size()
                + headerAbsent.size()
                + headerEquals.size()
                + queryPresent.size()
                + queryAbsent.size()
                + queryEquals.size()
                + bodyPresent.size()
                + bodyAbsent.size()
                + bodyEquals.size();
        if (parts > MAX_PARTS) {
            throw new IllegalArgumentException("a condition has at most " + MAX_PARTS + " parts");
        }
        if (templates(headerEquals.values(), queryEquals.values(), bodyEquals.values())
                .anyMatch(RequestTemplate::hasBody)) {
            throw new IllegalArgumentException(
                    "a condition is looked at for strangers too: it does not read the whole body, only places in it");
        }
        bodyPresent.forEach(JsonPointer::check);
        bodyAbsent.forEach(JsonPointer::check);
        bodyEquals.forEach((pointer, value) -> {
            JsonPointer.check(pointer);
            if (!(value instanceof RequestTemplate) && !(value instanceof Number) && !(value instanceof Boolean)) {
                throw new IllegalArgumentException(
                        "a place in the body is compared with a text, a number or a boolean");
            }
        });
    }

    /**
     * Reads a condition as manifests write it: {@code {"method":"GET","queryPresent":"challenge"}}. The names of what must be
     * present or absent are a text or a list of texts.
     *
     * @param path of the object in messages, with a dot at its end
     * @throws IllegalArgumentException naming the member that is wrong
     */
    public static RequestCondition of(JsonObject condition, String path) {
        return ConditionReader.read(condition, path);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** As {@link #matches(RequestTemplate.Values)} without values of a trigger: what needs one does not hold. */
    public boolean matches(WebhookRequest request) {
        return matches(RequestTemplate.Values.of(request));
    }

    /** Whether everything holds. Parses the body only if a part asks for it. */
    public boolean matches(RequestTemplate.Values values) {
        WebhookRequest request = values.request();
        return method.map(request.method()::equals).orElse(true)
                && headerPresent.stream()
                        .noneMatch(name -> request.headers().all(name).isEmpty())
                && headerAbsent.stream()
                        .allMatch(name -> request.headers().all(name).isEmpty())
                && queryPresent.stream()
                        .noneMatch(name -> request.query().all(name).isEmpty())
                && queryAbsent.stream()
                        .allMatch(name -> ValueLocation.query(name).isAbsent(request, Optional.empty()))
                && equal(headerEquals, ValueLocation.From.HEADER, values)
                && equal(queryEquals, ValueLocation.From.QUERY, values)
                && bodyPresent.stream().allMatch(pointer -> inBody(request, pointer) != null)
                && bodyAbsent.stream().allMatch(pointer -> inBody(request, pointer) == null)
                && bodyEquals.entrySet().stream()
                        .allMatch(entry -> equal(inBody(request, entry.getKey()), entry.getValue(), values));
    }

    /** Every template in it. */
    public List<RequestTemplate> templates() {
        return templates(headerEquals.values(), queryEquals.values(), bodyEquals.values())
                .toList();
    }

    private static Stream<RequestTemplate> templates(Collection<?>... values) {
        return Stream.of(values)
                .flatMap(Collection::stream)
                .filter(RequestTemplate.class::isInstance)
                .map(RequestTemplate.class::cast);
    }

    private static boolean equal(
            Map<String, RequestTemplate> wanted, ValueLocation.From from, RequestTemplate.Values values) {
        return wanted.entrySet().stream().allMatch(entry -> new ValueLocation(from, entry.getKey())
                .read(values.request())
                .filter(text -> equal(text, entry.getValue(), values))
                .isPresent());
    }

    private static boolean equal(Object found, Object wanted, RequestTemplate.Values values) {
        if (wanted instanceof RequestTemplate template) {
            return found instanceof String text && equal(text, template, values);
        }
        if (wanted instanceof Number) {
            return found instanceof Number && Json.write(found).equals(Json.write(wanted));
        }
        return wanted.equals(found);
    }

    /** A place that is missing makes no empty text here: nothing equals it. */
    private static boolean equal(String text, RequestTemplate template, RequestTemplate.Values values) {
        return template.render(values)
                .filter(wanted -> MessageDigest.isEqual(wanted, text.getBytes(StandardCharsets.UTF_8)))
                .isPresent();
    }

    private static Object inBody(WebhookRequest request, String pointer) {
        return request.json().map(json -> JsonPointer.find(json, pointer)).orElse(null);
    }

    /** Collects the parts. */
    public static final class Builder {
        private Optional<String> method = Optional.empty();
        private Set<String> headerPresent = Set.of();
        private Set<String> headerAbsent = Set.of();
        private final Map<String, RequestTemplate> headerEquals = new LinkedHashMap<>();
        private Set<String> queryPresent = Set.of();
        private Set<String> queryAbsent = Set.of();
        private final Map<String, RequestTemplate> queryEquals = new LinkedHashMap<>();
        private Set<String> bodyPresent = Set.of();
        private Set<String> bodyAbsent = Set.of();
        private final Map<String, Object> bodyEquals = new LinkedHashMap<>();

        private Builder() {}

        public Builder method(String name) {
            method = Optional.of(name.toUpperCase(Locale.ROOT));
            return this;
        }

        public Builder headerPresent(Set<String> names) {
            headerPresent = names;
            return this;
        }

        public Builder headerAbsent(Set<String> names) {
            headerAbsent = names;
            return this;
        }

        public Builder headerEquals(String name, RequestTemplate value) {
            headerEquals.put(name, value);
            return this;
        }

        public Builder queryPresent(Set<String> names) {
            queryPresent = names;
            return this;
        }

        public Builder queryAbsent(Set<String> names) {
            queryAbsent = names;
            return this;
        }

        public Builder queryEquals(String name, RequestTemplate value) {
            queryEquals.put(name, value);
            return this;
        }

        public Builder bodyPresent(Set<String> pointers) {
            bodyPresent = pointers;
            return this;
        }

        public Builder bodyAbsent(Set<String> pointers) {
            bodyAbsent = pointers;
            return this;
        }

        /** @param value a {@link RequestTemplate}, a number or a boolean */
        public Builder bodyEquals(String pointer, Object value) {
            bodyEquals.put(pointer, value);
            return this;
        }

        public RequestCondition build() {
            return new RequestCondition(
                    method,
                    headerPresent,
                    headerAbsent,
                    headerEquals,
                    queryPresent,
                    queryAbsent,
                    queryEquals,
                    bodyPresent,
                    bodyAbsent,
                    bodyEquals);
        }
    }
}
