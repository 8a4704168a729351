package io.infloop.spi.webhook;

import java.util.List;
import java.util.Optional;

/**
 * One kind of event a source sends.
 *
 * @param type the value by which the source names it; {@link #ANY} stands for all of them
 * @param displayName for people
 * @param fields the fields a mapping can use
 * @param examplePayload a JSON value of {@link io.infloop.spi.json.Json}
 */
public record WebhookEvent(String type, String displayName, List<Field> fields, Optional<Object> examplePayload) {
    /** The type of an entry that a trigger chooses to take every event, also those of types that are not listed or of none. */
    public static final String ANY = "*";

    public WebhookEvent {
        fields = List.copyOf(fields);
    }

    /**
     * A field of the event.
     *
     * @param path as in templates, e.g. {@code body.issue.number}
     * @param type {@code string}, {@code number}, {@code boolean}, {@code array} or {@code object}
     */
    public record Field(String path, String type, Optional<String> description) {}
}
