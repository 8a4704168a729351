package io.infloop.signing.declarative.internal;

import io.infloop.spi.webhook.FormFields;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookRequest;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where a value stands: in the request, in the signature's own list of pairs, or in the claims of a token. */
sealed interface Source permits Source.InRequest, Source.InSignature, Source.InClaims {
    /** Longer values are not looked at. */
    int MAX_LENGTH = 8 * 1024;

    /** A place of the request. */
    record InRequest(ValueLocation location) implements Source {}

    /** The value of a key in the list of pairs. */
    record InSignature(String key) implements Source {}

    /** A claim, by name or JSON Pointer. */
    record InClaims(String name) implements Source {}

    /** A value that was looked for. */
    sealed interface Found permits Value, Missing, Repeated, TooLong {}

    record Value(String text) implements Found {}

    record Missing() implements Found {}

    /** A header, parameter or field that may stand there once stands there twice. */
    record Repeated() implements Found {}

    record TooLong() implements Found {}

    Found MISSING = new Missing();
    Found REPEATED = new Repeated();
    Found TOO_LONG = new TooLong();

    /** @param block the object that holds {@code from} and the rest */
    static Source read(Block block) {
        switch (block.object().string("from").orElse("")) {
            case "signature" -> {
                block.onlyKnown(Set.of("from", "name"));
                return new InSignature(block.optionalText("name").orElse(""));
            }
            case "claim" -> {
                block.onlyKnown(Set.of("from", "name"));
                return new InClaims(block.text("name"));
            }
            default -> {
                ValueLocation location = ValueLocation.of(block.object(), block.path());
                if (location.from() == ValueLocation.From.ITEM) {
                    throw block.wrong("from", "a request is signed as a whole, not item by item");
                }
                return new InRequest(location);
            }
        }
    }

    /** A place of the request and nothing else. */
    static ValueLocation inRequest(Block block) {
        if (read(block) instanceof InRequest request) {
            return request.location();
        }
        throw block.wrong("from", "expected header, query, body or form");
    }

    /** The value in a place of the request, told apart from its repetitions. */
    static Found find(ValueLocation location, WebhookRequest request) {
        List<String> values;
        switch (location.from()) {
            case HEADER -> values = request.headers().all(location.name());
            case QUERY -> values = all(request.query(), location);
            case FORM -> values = all(request.form(), location);
            case BODY, ITEM -> {
                Optional<String> value = location.read(request);
                values = value.isPresent() ? List.of(value.get()) : List.of();
            }
            default -> throw new IllegalStateException("unknown place");
        }
        if (values.isEmpty()) {
            return MISSING;
        }
        if (values.size() > 1) {
            return REPEATED;
        }
        return values.get(0).length() > MAX_LENGTH ? TOO_LONG : new Value(values.get(0));
    }

    private static List<String> all(FormFields fields, ValueLocation location) {
        return fields.all(location.name());
    }
}
