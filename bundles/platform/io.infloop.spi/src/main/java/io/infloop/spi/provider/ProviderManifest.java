package io.infloop.spi.provider;

import io.infloop.spi.json.JsonObject;
import java.util.Optional;

/**
 * A provider as data: the common fields, and the whole document for the transport to read its own from.
 *
 * @param id {@code [a-z][a-z0-9_-]*}
 * @param label not empty
 * @param description not empty
 * @param glyph a symbol for the palette
 * @param transport id of the {@link ProviderTransport} that runs it; {@code cli} when the document names none
 * @param document the manifest as written
 */
public record ProviderManifest(
        String id, String label, String description, Optional<String> glyph, String transport, JsonObject document) {}
