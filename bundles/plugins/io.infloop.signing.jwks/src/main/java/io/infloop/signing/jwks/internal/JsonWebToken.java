package io.infloop.signing.jwks.internal;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** A signed token in its compact form (RFC 7515), taken apart but not verified. */
record JsonWebToken(
        JsonObject header,
        JsonObject claims,
        @SuppressWarnings("ArrayRecordComponent") byte[] signed,
        @SuppressWarnings("ArrayRecordComponent") byte[] signature) {
    private static final int MAX_LENGTH = 8 * 1024;

    /** Empty if it is not one in the canonical form. */
    static Optional<JsonWebToken> parse(String text) {
        int first = text.indexOf('.');
        int second = text.indexOf('.', first + 1);
        if (text.length() > MAX_LENGTH || first <= 0 || second < 0 || text.indexOf('.', second + 1) >= 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(new JsonWebToken(
                    object(text.substring(0, first)),
                    object(text.substring(first + 1, second)),
                    text.substring(0, second).getBytes(StandardCharsets.US_ASCII),
                    bytes(text.substring(second + 1))));
        } catch (IllegalArgumentException | CharacterCodingException malformed) {
            return Optional.empty();
        }
    }

    private static JsonObject object(String part) throws CharacterCodingException {
        return Json.parseObject(StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes(part)))
                .toString());
    }

    /** Only the one unpadded form: what decodes to the same bytes in another way is not what was signed. */
    private static byte[] bytes(String part) {
        byte[] bytes = Base64.getUrlDecoder().decode(part);
        if (part.isEmpty()
                || !Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(bytes)
                        .equals(part)) {
            throw new IllegalArgumentException("not canonical");
        }
        return bytes;
    }
}
