package io.infloop.spi.secret;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** A secret of a plugin. Never printed: {@link #toString()} shows the name only. */
public final class Secret {
    private final String name;
    private final String value;

    public Secret(String name, String value) {
        this.name = Objects.requireNonNull(name, "name is null");
        if (value.isEmpty()) {
            throw new IllegalArgumentException("an empty secret opens nothing");
        }
        this.value = value;
    }

    public String name() {
        return name;
    }

    /** The secret as the operator stored it, without the line break at its end. */
    public String value() {
        return value;
    }

    public byte[] utf8() {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "Secret[" + name + "]";
    }
}
