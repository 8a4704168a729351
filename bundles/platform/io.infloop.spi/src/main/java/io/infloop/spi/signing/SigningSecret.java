package io.infloop.spi.signing;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** A secret shared with a sender. Never printed: {@link #toString()} shows the label only. */
public final class SigningSecret {
    private final String id;
    private final String label;
    private final String value;

    /** A secret whose label is its id. */
    public SigningSecret(String label, String value) {
        this(label, label, value);
    }

    /**
     * @param id by which the server knows the secret among others of a trigger
     * @param label for people
     */
    public SigningSecret(String id, String label, String value) {
        this.id = Objects.requireNonNull(id, "id is null");
        this.label = Objects.requireNonNull(label, "label is null");
        if (value.isEmpty()) {
            throw new IllegalArgumentException("an empty secret proves nothing");
        }
        this.value = value;
    }

    public String id() {
        return id;
    }

    public String label() {
        return label;
    }

    /** The secret as the operator entered it. */
    public String value() {
        return value;
    }

    public byte[] utf8() {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "SigningSecret[" + label + "]";
    }
}
