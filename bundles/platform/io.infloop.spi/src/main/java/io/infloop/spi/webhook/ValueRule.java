package io.infloop.spi.webhook;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.json.JsonPointer;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How a value is made of a request: the type of its event, its id, its semantic key. */
public sealed interface ValueRule
        permits ValueRule.Located, ValueRule.Templated, ValueRule.FirstKey, ValueRule.FirstOf {
    /**
     * The value; empty when the request has none. Never an empty text.
     *
     * @param item the element, when the request is a batch that was split
     */
    Optional<String> read(WebhookRequest request, Optional<Object> item);

    /** The place, when the value simply stands somewhere. */
    default Optional<ValueLocation> place() {
        return this instanceof Located located ? Optional.of(located.location()) : Optional.empty();
    }

    static ValueRule at(ValueLocation location) {
        return new Located(location);
    }

    /** @throws IllegalArgumentException if it is no template, or reads what only a signature knows */
    static ValueRule template(String source) {
        return new Templated(RequestTemplate.compile(source));
    }

    /** The value stands in one place. */
    record Located(ValueLocation location) implements ValueRule {
        @Override
        public Optional<String> read(WebhookRequest request, Optional<Object> item) {
            return location.read(request, item).filter(text -> !text.isEmpty());
        }
    }

    /** The value is composed; empty when one of its places is missing. */
    record Templated(RequestTemplate template) implements ValueRule {
        public Templated {
            if (!template.names().isEmpty() || !template.configNames().isEmpty()) {
                throw new IllegalArgumentException(
                        "a value is made of the request alone, not of secret, timestamp or config: " + template);
            }
        }

        @Override
        public Optional<String> read(WebhookRequest request, Optional<Object> item) {
            return template.renderText(RequestTemplate.Values.of(request, item, java.util.Map.of()))
                    .filter(text -> !text.isEmpty());
        }
    }

    /** The name of the first member that is none of these: the way a few senders name their events. */
    record FirstKey(Set<String> except) implements ValueRule {
        public FirstKey {
            except = Set.copyOf(except);
        }

        @Override
        public Optional<String> read(WebhookRequest request, Optional<Object> item) {
            Optional<Object> json = item.isPresent() ? item : request.json();
            return json.filter(JsonObject.class::isInstance).flatMap(object -> ((JsonObject) object)
                    .asMap().keySet().stream()
                            .filter(name -> !name.isEmpty() && !except.contains(name))
                            .findFirst());
        }
    }

    /** The first of several that finds something: senders that name the same thing in two ways. */
    record FirstOf(List<ValueRule> rules) implements ValueRule {
        private static final int MAX_RULES = 8;

        public FirstOf {
            rules = List.copyOf(rules);
            if (rules.isEmpty() || rules.size() > MAX_RULES) {
                throw new IllegalArgumentException("between 1 and " + MAX_RULES + " rules are expected");
            }
            if (rules.stream().anyMatch(FirstOf.class::isInstance)) {
                throw new IllegalArgumentException("a choice of rules holds no further choice");
            }
        }

        @Override
        public Optional<String> read(WebhookRequest request, Optional<Object> item) {
            for (ValueRule rule : rules) {
                Optional<String> value = rule.read(request, item);
                if (value.isPresent()) {
                    return value;
                }
            }
            return Optional.empty();
        }
    }

    /**
     * The elements of a batch; empty when the body has no such array.
     *
     * @param pointer the empty one is the body itself
     */
    static Optional<List<Object>> elements(WebhookRequest request, String pointer) {
        return request.json()
                .map(json -> JsonPointer.find(json, pointer))
                .filter(List.class::isInstance)
                .map(ValueRule::asList);
    }

    @SuppressWarnings("unchecked")
    private static List<Object> asList(Object value) {
        return (List<Object>) value;
    }
}
