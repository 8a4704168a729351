package io.infloop.ingress.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.SignatureDeclaration;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs the deliveries of an operator as the source would. It knows the common form, an HMAC over the body in one header; for any
 * other it says so.
 */
final class TestSigner {
    private static final Map<String, String> ALGORITHMS =
            Map.of("sha1", "HmacSHA1", "sha256", "HmacSHA256", "sha384", "HmacSHA384", "sha512", "HmacSHA512");
    private static final Set<String> UNDERSTOOD =
            Set.of("algorithm", "encoding", "source", "format", "payload", "hexCase");

    /** What came of it. */
    sealed interface Outcome permits Signed, Unsupported {}

    /** @param header name of the header, lower case */
    record Signed(String header, String value) implements Outcome {}

    /** @param reason a sentence for the operator */
    record Unsupported(String reason) implements Outcome {}

    private TestSigner() {}

    /** The header that the signature belongs into, if it belongs into one. */
    static Optional<String> header(SignatureDeclaration declaration) {
        return declaration
                .settings()
                .object("source")
                .filter(source -> source.string("from").filter("header"::equals).isPresent())
                .flatMap(source -> source.string("name"))
                .map(name -> name.toLowerCase(Locale.ROOT));
    }

    static Outcome sign(SignatureDeclaration declaration, String secret, byte[] body) {
        JsonObject settings = declaration.settings();
        if (!declaration.scheme().equals("hmac")) {
            return unsupported("signatures of scheme '" + declaration.scheme() + "'");
        }
        Optional<String> field = settings.asMap().keySet().stream()
                .filter(name -> !UNDERSTOOD.contains(name))
                .findFirst();
        if (field.isPresent()) {
            return unsupported("hmac signatures with '" + field.get() + "'");
        }
        if (!settings.string("payload").orElse("{body}").equals("{body}")) {
            return unsupported("hmac signatures over more than the body");
        }
        Optional<String> header = header(declaration);
        String algorithm = ALGORITHMS.get(settings.string("algorithm").orElse("sha256"));
        Optional<String> prefix = prefix(settings.object("format").orElse(JsonObject.EMPTY));
        if (header.isEmpty() || algorithm == null || prefix.isEmpty()) {
            return unsupported("hmac signatures of this form");
        }
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), algorithm));
            byte[] code = mac.doFinal(body);
            return switch (settings.string("encoding").orElse("hex")) {
                case "hex" ->
                    new Signed(header.get(), prefix.get() + HexFormat.of().formatHex(code));
                case "base64" ->
                    new Signed(header.get(), prefix.get() + Base64.getEncoder().encodeToString(code));
                default -> unsupported("hmac signatures of this encoding");
            };
        } catch (GeneralSecurityException unusable) {
            return unsupported("this algorithm on this Java");
        }
    }

    private static Optional<String> prefix(JsonObject format) {
        return switch (format.string("type").orElse("raw")) {
            case "raw" -> Optional.of("");
            case "prefix" -> format.string("prefix");
            default -> Optional.empty();
        };
    }

    private static Unsupported unsupported(String what) {
        return new Unsupported("the server cannot make " + what + "; send the signature header yourself");
    }
}
