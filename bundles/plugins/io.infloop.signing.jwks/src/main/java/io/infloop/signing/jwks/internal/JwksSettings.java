package io.infloop.signing.jwks.internal;

import io.infloop.spi.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a source declares. Texts may be {@code {config:NAME}} as a whole: then the trigger's field of that name counts, and a token is
 * refused while it is empty.
 *
 * @param header lower case
 * @param prefix what comes before the token in its header
 * @param keys URL of the key set
 * @param issuers one of them; empty: any
 * @param audiences one of them; empty: any
 * @param claims exact values by name
 * @param bodyHash claim that holds the SHA-256 of the body; empty: none
 * @param maxAgeSeconds since {@code iat}; 0: until {@code exp}, which is then required
 */
record JwksSettings(
        String header,
        String prefix,
        String keys,
        List<Algorithm> algorithms,
        List<String> issuers,
        List<String> audiences,
        Map<String, String> claims,
        String bodyHash,
        boolean bodyHashHex,
        int maxAgeSeconds) {
    private static final Set<String> FIELDS = Set.of(
            "source", "prefix", "keys", "algorithms", "issuer", "audience", "claims", "bodyHash", "maxAgeSeconds");
    private static final int MAX_AGE_LIMIT = 7 * 24 * 3_600;

    /** @throws IllegalArgumentException naming the field */
    static JwksSettings read(JsonObject settings) {
        for (String name : settings.asMap().keySet()) {
            if (!FIELDS.contains(name)) {
                throw invalid(
                        name,
                        "the scheme jwks knows "
                                + String.join(", ", FIELDS.stream().sorted().toList()));
            }
        }
        JsonObject source = settings.object("source")
                .orElseThrow(() -> invalid("source", "expected {\"from\":\"header\",\"name\":…}"));
        if (!source.string("from").orElse("").equals("header")
                || source.string("name").orElse("").isBlank()) {
            throw invalid("source", "expected {\"from\":\"header\",\"name\":…}");
        }
        JsonObject bodyHash = settings.object("bodyHash").orElse(JsonObject.EMPTY);
        String encoding = bodyHash.string("encoding").orElse("base64");
        if (!encoding.equals("base64") && !encoding.equals("hex")) {
            throw invalid("bodyHash.encoding", "expected base64 or hex");
        }
        if (settings.has("bodyHash") && bodyHash.string("claim").orElse("").isEmpty()) {
            throw invalid("bodyHash", "expected {\"claim\":…,\"encoding\":\"base64\"}");
        }
        String keys = settings.string("keys").orElse("");
        if (!keys.startsWith("https://") && !ConfigText.isReference(keys)) {
            throw invalid("keys", "expected the https URL of a key set or {config:NAME}");
        }
        return new JwksSettings(
                source.string("name").orElseThrow().toLowerCase(Locale.ROOT),
                settings.string("prefix").orElse(""),
                keys,
                algorithms(settings),
                texts(settings, "issuer"),
                texts(settings, "audience"),
                claims(settings),
                bodyHash.string("claim").orElse(""),
                encoding.equals("hex"),
                maxAge(settings));
    }

    private static List<Algorithm> algorithms(JsonObject settings) {
        List<Algorithm> algorithms = new ArrayList<>();
        for (String name : texts(settings, "algorithms")) {
            algorithms.add(Algorithm.of(name)
                    .orElseThrow(() -> invalid(
                            "algorithms", "expected some of RS256, RS384, RS512, ES256, ES384, ES512 and EdDSA")));
        }
        if (algorithms.isEmpty()) {
            throw invalid("algorithms", "expected at least one");
        }
        return List.copyOf(algorithms);
    }

    private static List<String> texts(JsonObject settings, String name) {
        Object value = settings.get(name);
        if (value == null) {
            return List.of();
        }
        List<?> elements = value instanceof List<?> list ? list : List.of(value);
        List<String> texts = new ArrayList<>();
        for (Object element : elements) {
            if (!(element instanceof String text) || text.isEmpty()) {
                throw invalid(name, "expected a text or a list of texts");
            }
            texts.add(text);
        }
        return List.copyOf(texts);
    }

    private static Map<String, String> claims(JsonObject settings) {
        Map<String, String> claims = new LinkedHashMap<>();
        settings.object("claims").orElse(JsonObject.EMPTY).asMap().forEach((name, value) -> {
            if (!(value instanceof String text)) {
                throw invalid("claims." + name, "expected a text");
            }
            claims.put(name, text);
        });
        return Map.copyOf(claims);
    }

    private static int maxAge(JsonObject settings) {
        if (settings.get("maxAgeSeconds") == null) {
            return 0;
        }
        long seconds = settings.number("maxAgeSeconds").map(Number::longValue).orElse(-1L);
        if (seconds < 1 || seconds > MAX_AGE_LIMIT) {
            throw invalid("maxAgeSeconds", "expected 1.." + MAX_AGE_LIMIT);
        }
        return (int) seconds;
    }

    private static IllegalArgumentException invalid(String field, String problem) {
        return new IllegalArgumentException(field + ": " + problem);
    }
}
