package io.infloop.signing.jwks.internal;

import java.util.Map;
import java.util.Optional;

/** Texts of a declaration that stand for a field of the trigger. */
final class ConfigText {
    private static final String BEGIN = "{config:";

    private ConfigText() {}

    static boolean isReference(String text) {
        return text.startsWith(BEGIN) && text.endsWith("}") && text.length() > BEGIN.length() + 1;
    }

    /** The text itself, or what the trigger says in its place; empty when it says nothing. */
    static Optional<String> resolve(String text, Map<String, String> config) {
        if (!isReference(text)) {
            return Optional.of(text);
        }
        return Optional.ofNullable(config.get(text.substring(BEGIN.length(), text.length() - 1)))
                .map(String::strip)
                .filter(value -> !value.isEmpty());
    }
}
