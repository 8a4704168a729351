package io.infloop.signing.declarative.internal;

import io.infloop.spi.signing.SigningSecret;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * How the key is made of what the operator entered.
 *
 * @param stripPrefix removed from the front when it is there; may be empty
 * @param nfkd whether the text is brought into that normal form first
 */
record SecretForm(Form form, String stripPrefix, boolean nfkd) {
    private static final SecretForm PLAIN = new SecretForm(Form.UTF8, "", false);

    /** How the key is written. */
    enum Form {
        UTF8,
        HEX,
        BASE64,
        BASE64URL
    }

    static SecretForm read(Block declaration) {
        Optional<Block> found = declaration.optionalBlock("secret", "{\"encoding\":\"utf8\"}");
        if (found.isEmpty()) {
            return PLAIN;
        }
        Block block = found.get();
        block.onlyKnown(Set.of("encoding", "stripPrefix", "normalize"));
        Form form =
                switch (block.optionalText("encoding").orElse("utf8")) {
                    case "utf8" -> Form.UTF8;
                    case "hex" -> Form.HEX;
                    case "base64" -> Form.BASE64;
                    case "base64url" -> Form.BASE64URL;
                    default -> throw block.wrong("encoding", "expected utf8, hex, base64 or base64url");
                };
        boolean nfkd = block.has("normalize");
        if (nfkd && !block.text("normalize").equals("NFKD")) {
            throw block.wrong("normalize", "expected NFKD");
        }
        return new SecretForm(form, block.optionalText("stripPrefix").orElse(""), nfkd);
    }

    /** The key, or null if the secret is not in the declared form. */
    byte[] of(SigningSecret secret) {
        String text = secret.value();
        if (!stripPrefix.isEmpty() && text.startsWith(stripPrefix)) {
            text = text.substring(stripPrefix.length());
        }
        if (nfkd) {
            text = Normalizer.normalize(text, Normalizer.Form.NFKD);
        }
        try {
            byte[] key =
                    switch (form) {
                        case UTF8 -> text.getBytes(StandardCharsets.UTF_8);
                        case HEX -> HexFormat.of().parseHex(text);
                        case BASE64 -> Base64.getDecoder().decode(text);
                        case BASE64URL -> Base64.getUrlDecoder().decode(text);
                    };
            return key.length == 0 ? null : key;
        } catch (IllegalArgumentException otherForm) {
            return null;
        }
    }
}
