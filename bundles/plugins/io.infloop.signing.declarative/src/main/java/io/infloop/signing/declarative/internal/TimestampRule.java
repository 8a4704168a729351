package io.infloop.signing.declarative.internal;

import io.infloop.spi.json.JsonPointer;
import io.infloop.spi.signing.Verification.Reason;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookRequest;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The time that a sender signs, and how far it may be from ours.
 *
 * @param past oldest that is accepted
 * @param future how far a sender's clock may be ahead
 */
record TimestampRule(Source source, Unit unit, Type type, Duration past, Duration future) {
    private static final int DEFAULT_PAST_SECONDS = 300;
    private static final int DEFAULT_FUTURE_SECONDS = 60;
    private static final int MAX_SECONDS = 7 * 24 * 3_600;
    private static final int MAX_DIGITS = 15;
    private static final int MAX_ISO_LENGTH = 40;

    /** How a time is written. */
    enum Unit {
        SECONDS,
        MILLIS,
        ISO8601
    }

    /** What a time in a JSON body is. */
    enum Type {
        STRING,
        NUMBER,
        ANY
    }

    static Optional<TimestampRule> read(Block declaration, boolean inClaims) {
        Optional<Block> found =
                declaration.optionalBlock("timestamp", "{\"source\":{\"from\":\"header\",\"name\":…},\"unit\":\"s\"}");
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Block block = found.get();
        block.onlyKnown(Set.of("source", "unit", "type", "toleranceSeconds", "futureToleranceSeconds"));
        Source source = Source.read(block.block("source", "{\"from\":\"header\",\"name\":…}"));
        if (source instanceof Source.InClaims != inClaims) {
            throw block.wrong("source.from", inClaims ? "expected claim" : "there are no claims");
        }
        Unit unit =
                switch (block.text("unit")) {
                    case "s" -> Unit.SECONDS;
                    case "ms" -> Unit.MILLIS;
                    case "iso8601" -> Unit.ISO8601;
                    default -> throw block.wrong("unit", "expected s, ms or iso8601");
                };
        return Optional.of(new TimestampRule(
                source,
                unit,
                type(block, source, unit),
                Duration.ofSeconds(block.number("toleranceSeconds", 1, MAX_SECONDS, DEFAULT_PAST_SECONDS)),
                Duration.ofSeconds(block.number("futureToleranceSeconds", 0, MAX_SECONDS, DEFAULT_FUTURE_SECONDS))));
    }

    private static Type type(Block block, Source source, Unit unit) {
        if (!block.has("type")) {
            return Type.ANY;
        }
        Type type =
                switch (block.text("type")) {
                    case "string" -> Type.STRING;
                    case "number" -> Type.NUMBER;
                    default -> throw block.wrong("type", "expected string or number");
                };
        boolean json = source instanceof Source.InClaims
                || source instanceof Source.InRequest place && place.location().from() == ValueLocation.From.BODY;
        if (type == Type.NUMBER && (!json || unit == Unit.ISO8601)) {
            throw block.wrong("type", "only a time in JSON is a number");
        }
        return type;
    }

    /** The time as it was sent, once it is found to be within the window. */
    String read(WebhookRequest request, Map<String, String> pairs, String timestampKey, Clock clock) throws Refusal {
        String text = text(request, pairs, timestampKey);
        check(text, clock);
        return text;
    }

    /** @param text as it was sent */
    void check(String text, Clock clock) throws Refusal {
        Instant now = clock.instant();
        Instant then = instant(text);
        // Whole seconds are compared as such: a sender drops the fraction, and so do we.
        Instant compared = unit == Unit.SECONDS ? Instant.ofEpochSecond(now.getEpochSecond()) : now;
        if (then.isBefore(compared.minus(past))) {
            throw new Refusal(Reason.STALE, "the signed time is older than " + past.toSeconds() + " s");
        }
        if (then.isAfter(compared.plus(future))) {
            throw new Refusal(
                    Reason.FROM_THE_FUTURE, "the signed time is more than " + future.toSeconds() + " s ahead");
        }
    }

    /** The time of a clock as the sender writes it. */
    String write(Clock clock) {
        Instant now = clock.instant();
        return switch (unit) {
            case SECONDS -> Long.toString(now.getEpochSecond());
            case MILLIS -> Long.toString(now.toEpochMilli());
            case ISO8601 -> now.toString();
        };
    }

    private String text(WebhookRequest request, Map<String, String> pairs, String timestampKey) throws Refusal {
        if (source instanceof Source.InSignature inSignature) {
            String key = inSignature.key().isEmpty() ? timestampKey : inSignature.key();
            return Optional.ofNullable(pairs.get(key)).orElseThrow(TimestampRule::missing);
        }
        ValueLocation location = ((Source.InRequest) source).location();
        if (location.from() == ValueLocation.From.BODY) {
            return ofJson(request.json()
                    .map(json -> JsonPointer.find(json, location.name()))
                    .orElseThrow(TimestampRule::missing));
        }
        Source.Found found = Source.find(location, request);
        if (found instanceof Source.Value value) {
            return value.text();
        }
        throw found instanceof Source.Missing ? missing() : malformed();
    }

    /** A time in JSON as text: a whole number, or a text, as declared. */
    String ofJson(Object value) throws Refusal {
        if (value instanceof Long number && type != Type.STRING && unit != Unit.ISO8601) {
            return number.toString();
        }
        if (value instanceof String text && type != Type.NUMBER) {
            return text;
        }
        throw malformed();
    }

    private Instant instant(String text) throws Refusal {
        if (unit == Unit.ISO8601) {
            return iso8601(text);
        }
        if (text.isEmpty() || text.length() > MAX_DIGITS || text.length() > 1 && text.charAt(0) == '0') {
            throw malformed();
        }
        long number = 0;
        for (int i = 0; i < text.length(); i++) {
            char digit = text.charAt(i);
            if (digit < '0' || digit > '9') {
                throw malformed();
            }
            number = number * 10 + digit - '0';
        }
        return unit == Unit.SECONDS ? Instant.ofEpochSecond(number) : Instant.ofEpochMilli(number);
    }

    private static Instant iso8601(String text) throws Refusal {
        if (text.length() > MAX_ISO_LENGTH || text.indexOf('t') >= 0 || text.indexOf('z') >= 0) {
            throw malformed();
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException invalid) {
            throw malformed();
        }
    }

    private static Refusal missing() {
        return new Refusal(Reason.MISSING_TIMESTAMP, "the signed time is missing");
    }

    private static Refusal malformed() {
        return new Refusal(Reason.MALFORMED_TIMESTAMP, "the signed time is not written as declared");
    }
}
