package io.infloop.rest.internal;

import io.infloop.core.net.AddressBlock;
import io.infloop.engine.template.Predicates;
import io.infloop.engine.template.Template;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.Concurrency;
import io.infloop.store.Trigger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads the members of a trigger from a request's body, and refuses what it does not understand: a trigger whose list of addresses was
 * lost is open to all.
 */
final class TriggerMembers {
    private static final int MAX_PREDICATES = 100;
    private static final int MAX_KEY_LENGTH = 1_000;
    private static final int MAX_CONFIG = 32;
    private static final int MAX_CONFIG_LENGTH = 2_048;
    private static final Pattern CONFIG_NAME = Pattern.compile("[a-z][A-Za-z0-9]{0,63}");
    private static final Pattern CONFIG_VALUE = Pattern.compile("[^\\p{Cntrl}]*");
    private static final Set<String> SCOPE = Set.of("headers", "query", "body", "envelope");
    private static final String PREDICATE_SHAPE =
            "every element of match must be {lhs, op, rhs} with texts, and op ==, !=, contains or matches";

    private TriggerMembers() {}

    static List<Trigger.Predicate> match(JsonObject body) {
        List<Trigger.Predicate> predicates = new ArrayList<>();
        List<Object> elements = body.array("match").orElse(List.of());
        for (int index = 0; index < elements.size(); index++) {
            JsonObject predicate = elements.get(index) instanceof JsonObject object ? object : JsonObject.EMPTY;
            Optional<String> lhs = predicate.string("lhs");
            Optional<String> op = predicate.string("op").filter(Predicates::isOperator);
            Optional<String> rhs = predicate.string("rhs");
            if (lhs.isEmpty() || op.isEmpty() || rhs.isEmpty()) {
                throw InvalidTriggerException.of("match[" + index + "]", PREDICATE_SHAPE);
            }
            predicates.add(new Trigger.Predicate(lhs.get(), op.get(), rhs.get()));
        }
        if (predicates.size() > MAX_PREDICATES) {
            throw InvalidTriggerException.of("match", "match holds more than " + MAX_PREDICATES + " predicates");
        }
        return predicates;
    }

    static List<AddressBlock> ipAllow(JsonObject body) {
        List<Object> elements = body.array("ipAllow")
                .orElseThrow(() -> InvalidTriggerException.of(
                        "ipAllow", "ipAllow must be an array of IP addresses and blocks such as 192.0.2.0/24"));
        if (elements.size() > Trigger.MAX_IP_ALLOW) {
            throw InvalidTriggerException.of(
                    "ipAllow", "ipAllow holds more than " + Trigger.MAX_IP_ALLOW + " elements");
        }
        List<AddressBlock> blocks = new ArrayList<>();
        for (int index = 0; index < elements.size(); index++) {
            String field = "ipAllow[" + index + "]";
            if (!(elements.get(index) instanceof String text)) {
                throw InvalidTriggerException.of(field, field + " must be a string");
            }
            try {
                blocks.add(AddressBlock.parse(text.strip()));
            } catch (IllegalArgumentException invalid) {
                throw InvalidTriggerException.of(field, field + ": " + invalid.getMessage());
            }
        }
        return blocks;
    }

    static Map<String, String> config(JsonObject body) {
        JsonObject given = body.object("config")
                .orElseThrow(() -> InvalidTriggerException.of("config", "config must be an object of texts"));
        Map<String, String> config = new LinkedHashMap<>();
        for (Map.Entry<String, Object> member : given.asMap().entrySet()) {
            if (!CONFIG_NAME.matcher(member.getKey()).matches() || config.size() == MAX_CONFIG) {
                throw InvalidTriggerException.of(
                        "config",
                        "config holds a name that is none of a field, or more than " + MAX_CONFIG + " of them");
            }
            String field = "config." + member.getKey();
            if (!(member.getValue() instanceof String text)
                    || text.length() > MAX_CONFIG_LENGTH
                    || !CONFIG_VALUE.matcher(text).matches()) {
                throw InvalidTriggerException.of(
                        field,
                        field + " must be a string of at most " + MAX_CONFIG_LENGTH
                                + " characters without control characters");
            }
            if (!text.isEmpty()) {
                config.put(member.getKey(), text);
            }
        }
        return config;
    }

    /** {@code null} and absent are empty. */
    static OptionalInt integer(JsonObject object, String name, String field, int min, int max) {
        Object value = object.get(name);
        if (value == null) {
            return OptionalInt.empty();
        }
        if (value instanceof Number number
                && number.doubleValue() == number.longValue()
                && number.longValue() >= min
                && number.longValue() <= max) {
            return OptionalInt.of(number.intValue());
        }
        throw InvalidTriggerException.of(field, field + " must be a whole number from " + min + " to " + max);
    }

    static boolean flag(JsonObject object, String name, String field, boolean absent) {
        if (!object.has(name)) {
            return absent;
        }
        return object.bool(name).orElseThrow(() -> InvalidTriggerException.of(field, field + " must be true or false"));
    }

    static Trigger.Dedup dedup(JsonObject body) {
        if (body.get("dedup") == null) {
            return Trigger.Dedup.DEFAULT;
        }
        JsonObject dedup = body.object("dedup")
                .orElseThrow(() -> InvalidTriggerException.of(
                        "dedup", "dedup must be an object {enabled, key?, retentionHours?}"));
        requireOnly(dedup, "dedup", Set.of("enabled", "key", "retentionHours"));
        Optional<String> key = Optional.empty();
        if (dedup.get("key") != null) {
            key = Optional.of(key(dedup, "dedup.key"));
            if (Template.compile(key.get()).isLiteral()) {
                throw InvalidTriggerException.of(
                        "dedup.key",
                        "dedup.key is the same for every delivery, so that all but the first would be duplicates; use a"
                                + " placeholder such as {{body.id}}");
            }
        }
        return new Trigger.Dedup(
                flag(dedup, "enabled", "dedup.enabled", true),
                key,
                integer(dedup, "retentionHours", "dedup.retentionHours", 1, Trigger.MAX_RETENTION_HOURS));
    }

    static Optional<Trigger.Concurrency> concurrency(JsonObject body) {
        if (body.get("concurrency") == null) {
            return Optional.empty();
        }
        JsonObject concurrency = body.object("concurrency")
                .orElseThrow(
                        () -> InvalidTriggerException.of("concurrency", "concurrency must be an object {key, policy}"));
        requireOnly(concurrency, "concurrency", Set.of("key", "policy"));
        Concurrency.Policy policy = concurrency
                .string("policy")
                .flatMap(Concurrency.Policy::of)
                .orElseThrow(() -> InvalidTriggerException.of(
                        "concurrency.policy", "concurrency.policy must be queue, skip, replace or latest"));
        return Optional.of(new Trigger.Concurrency(key(concurrency, "concurrency.key"), policy));
    }

    private static void requireOnly(JsonObject object, String field, Set<String> names) {
        object.asMap().keySet().stream()
                .filter(name -> !names.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw InvalidTriggerException.of(
                            field,
                            field + " has no member '" + shown(name) + "'; it has " + String.join(", ", sorted(names)));
                });
    }

    private static List<String> sorted(Set<String> names) {
        return names.stream().sorted().toList();
    }

    private static String shown(String name) {
        return name.length() <= 40 ? name : name.substring(0, 40) + "…";
    }

    /** A placeholder that is none would stand in every key as it is. */
    private static String key(JsonObject object, String field) {
        String source = object.string("key")
                .filter(text -> !text.isBlank() && text.length() <= MAX_KEY_LENGTH)
                .orElseThrow(() -> InvalidTriggerException.of(
                        field, field + " must be a template of 1 to " + MAX_KEY_LENGTH + " characters"));
        Template template = Template.compile(source);
        int openings = source.split("\\{\\{", -1).length - 1;
        for (String path : template.paths()) {
            if (!SCOPE.contains(path.split("\\.", 2)[0])) {
                throw InvalidTriggerException.of(
                        field,
                        field + ": {{" + path
                                + "}} is always empty; placeholders begin with headers, query, body or, in a batch, envelope");
            }
            openings--;
        }
        if (openings > 0) {
            throw InvalidTriggerException.of(
                    field,
                    field + " holds '{{' that begins no placeholder; write {{body.name}} with letters, digits, _ . -");
        }
        return source;
    }
}
