package io.infloop.spi.webhook;

import io.infloop.spi.json.JsonObject;

/**
 * How a source signs.
 *
 * @param scheme id of the {@link io.infloop.spi.signing.SignatureScheme}
 * @param settings what the scheme needs to know, in the scheme's own terms
 */
public record SignatureDeclaration(String scheme, JsonObject settings) {}
