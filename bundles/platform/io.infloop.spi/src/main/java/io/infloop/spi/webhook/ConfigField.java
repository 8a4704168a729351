package io.infloop.spi.webhook;

import java.util.Optional;

/**
 * A value that a trigger of the source has to say beside its secret, e.g. the id of an application. Templates read it as
 * {@code {config:name}}.
 *
 * @param name {@code [a-z][A-Za-z0-9]*}, at most 64 characters
 * @param required a trigger without it is refused
 */
public record ConfigField(String name, Optional<String> description, boolean required) {
    private static final int MAX_NAME = 64;

    public ConfigField {
        if (name.isEmpty()
                || name.length() > MAX_NAME
                || name.charAt(0) < 'a'
                || name.charAt(0) > 'z'
                || !name.chars().allMatch(c -> c < 128 && Character.isLetterOrDigit(c))) {
            throw new IllegalArgumentException(
                    "a config field begins with a small letter and has letters and digits only, at most 64: " + name);
        }
    }
}
