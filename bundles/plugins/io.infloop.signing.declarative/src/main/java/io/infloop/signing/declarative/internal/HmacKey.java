package io.infloop.signing.declarative.internal;

import io.infloop.spi.signing.SigningSecret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;

/**
 * How the key is made of what the operator entered.
 *
 * @param stripPrefix removed from the front when it is there; may be empty
 */
record HmacKey(Form form, String stripPrefix) {
    /** How the key is written. */
    enum Form {
        UTF8,
        HEX,
        BASE64
    }

    /** The key, or null if the secret is not in the declared form. */
    byte[] of(SigningSecret secret) {
        String text = secret.value();
        if (!stripPrefix.isEmpty() && text.startsWith(stripPrefix)) {
            text = text.substring(stripPrefix.length());
        }
        try {
            byte[] key =
                    switch (form) {
                        case UTF8 -> text.getBytes(StandardCharsets.UTF_8);
                        case HEX -> HexFormat.of().parseHex(text);
                        case BASE64 -> Base64.getDecoder().decode(text);
                    };
            return key.length == 0 ? null : key;
        } catch (IllegalArgumentException otherForm) {
            return null;
        }
    }
}
