package io.infloop.host.internal.manifest;

import io.infloop.host.internal.RefusedException;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.SignatureDeclaration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads signature blocks: the first grammar is translated into the second, the second goes to the scheme as it is. */
final class SignatureBlocks {
    private static final String FIRST_GRAMMAR = "hmac-sha256";
    private static final String CODE = "code";
    private static final Set<String> FIRST_GRAMMAR_MEMBERS = Set.of("header", "scheme", "format");

    private SignatureBlocks() {}

    static SignatureDeclaration read(Fields block) throws RefusedException {
        String scheme = block.contributionId("scheme");
        if (scheme.equals(FIRST_GRAMMAR)) {
            return translated(block);
        }
        JsonObject settings = block.object().toBuilder().remove("scheme").build();
        // A scheme that is code of another bundle may be named plainly, or as the grammar has it.
        return scheme.equals(CODE)
                ? new SignatureDeclaration(
                        block.contributionId("bundle"),
                        settings.toBuilder().remove("bundle").build())
                : new SignatureDeclaration(scheme, settings);
    }

    private static SignatureDeclaration translated(Fields block) throws RefusedException {
        for (String member : block.object().asMap().keySet()) {
            if (!FIRST_GRAMMAR_MEMBERS.contains(member)) {
                throw block.refused(
                        "unknown member \"" + member + "\"; with scheme hmac-sha256 there are header and format");
            }
        }
        String header = block.text("header").toLowerCase(Locale.ROOT);
        String format = block.text("format");
        JsonObject prefixed = JsonObject.builder()
                .put("type", "prefix")
                .put("prefix", "sha256=")
                .build();
        JsonObject raw = JsonObject.of("type", "raw");
        Optional<String> anyCase = Optional.of("any");
        return switch (format) {
            case "sha256=<hex>" -> hmac(header, "hex", anyCase, prefixed);
            case "hex" -> hmac(header, "hex", anyCase, raw);
            case "base64" -> hmac(header, "base64", Optional.empty(), raw);
            default -> throw block.refused("\"format\" must be \"sha256=<hex>\", \"hex\" or \"base64\"");
        };
    }

    /** @param hexCase the first grammar takes digits of any case, the second only if told */
    private static SignatureDeclaration hmac(
            String header, String encoding, Optional<String> hexCase, JsonObject format) {
        JsonObject settings = JsonObject.builder()
                .put("algorithm", "sha256")
                .put("encoding", encoding)
                .putIfPresent("hexCase", hexCase)
                .put(
                        "source",
                        JsonObject.builder()
                                .put("from", "header")
                                .put("name", header)
                                .build())
                .put("format", format)
                .put("payload", "{body}")
                .build();
        return new SignatureDeclaration("hmac", settings);
    }
}
