package io.infloop.engine.input;

import io.infloop.engine.Workflows.InputDeclaration;
import io.infloop.spi.json.JsonObject;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Resolves the inputs of a run: the one rule for console, API, MCP and webhooks. */
public final class RunInputs {
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
    private static final Pattern INTEGER = Pattern.compile("-?[0-9]+");
    private static final int MAX_NUMBER_LENGTH = 400;

    private RunInputs() {}

    /** Inputs, or why there are none. */
    public sealed interface Resolution permits Resolved, Invalid {}

    /** @param values in the order declared; undeclared ones are dropped */
    public record Resolved(Map<String, Object> values) implements Resolution {}

    /**
     * The first declaration that is not met.
     *
     * @param reason {@code required} or {@code type}
     * @param expected the declared type, for {@code type}
     * @param got the type that came, as JavaScript's {@code typeof} names it
     */
    public record Invalid(String field, String reason, Optional<String> expected, Optional<String> got)
            implements Resolution {
        /** The error as in API answers, without {@code error}. */
        public JsonObject toJson() {
            return JsonObject.builder()
                    .put("field", field)
                    .put("reason", reason)
                    .putIfPresent("expected", expected)
                    .putIfPresent("got", got)
                    .build();
        }
    }

    /** @param supplied values by name; a name that is present counts as supplied, even if empty */
    public static Resolution resolve(List<InputDeclaration> declarations, Map<String, ?> supplied) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (InputDeclaration declaration : declarations) {
            boolean given = supplied.containsKey(declaration.name());
            if (!given && declaration.defaultValue().isEmpty()) {
                return new Invalid(declaration.name(), "required", Optional.empty(), Optional.empty());
            }
            Object raw = given
                    ? supplied.get(declaration.name())
                    : declaration.defaultValue().get();
            Optional<Object> value = coerce(declaration.type(), raw);
            if (value.isEmpty()) {
                return new Invalid(
                        declaration.name(), "type", Optional.of(declaration.type()), Optional.of(typeName(raw)));
            }
            values.put(declaration.name(), value.get());
        }
        return new Resolved(values);
    }

    private static Optional<Object> coerce(String type, Object raw) {
        return switch (type) {
            case "number" -> number(raw);
            case "boolean" -> bool(raw);
            default -> raw instanceof String ? Optional.of(raw) : Optional.empty();
        };
    }

    private static Optional<Object> number(Object raw) {
        if (raw instanceof Number number) {
            return Double.isFinite(number.doubleValue()) ? Optional.of(number) : Optional.empty();
        }
        if (raw instanceof String text) {
            String trimmed = text.strip();
            if (trimmed.length() <= MAX_NUMBER_LENGTH && NUMBER.matcher(trimmed).matches()) {
                double value = Double.parseDouble(trimmed);
                if (Double.isFinite(value) && INTEGER.matcher(trimmed).matches()) {
                    BigInteger exact = new BigInteger(trimmed);
                    return Optional.of(exact.bitLength() < Long.SIZE ? (Number) exact.longValue() : exact);
                }
                if (value == Math.rint(value) && Math.abs(value) < 1L << 53) {
                    return Optional.of((long) value);
                }
                return Double.isFinite(value) ? Optional.of(value) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static Optional<Object> bool(Object raw) {
        if (raw instanceof Boolean) {
            return Optional.of(raw);
        }
        if (raw instanceof String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "true" -> Optional.of(true);
                case "false" -> Optional.of(false);
                default -> Optional.empty();
            };
        }
        return Optional.empty();
    }

    private static String typeName(Object raw) {
        if (raw instanceof String) {
            return "string";
        }
        if (raw instanceof Number) {
            return "number";
        }
        return raw instanceof Boolean ? "boolean" : "object";
    }
}
