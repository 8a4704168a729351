package io.infloop.signing.declarative.internal;

import io.infloop.spi.json.JsonObject;
import java.util.Locale;
import java.util.Set;

/** A signature declaration this scheme supports: the part of the manifests' signature grammar for bodies signed as they are. */
record HmacSettings(HmacAlgorithm algorithm, SignatureEncoding encoding, String header, String prefix, HmacKey key) {
    private static final Set<String> FIELDS =
            Set.of("algorithm", "encoding", "hexCase", "source", "format", "payload", "secret");
    private static final HmacKey UTF8_KEY = new HmacKey(HmacKey.Form.UTF8, "");

    /** @throws IllegalArgumentException naming the first field that is missing, wrong or not supported */
    static HmacSettings read(JsonObject settings) {
        onlyKnown(settings, "", FIELDS);
        Object payload = settings.get("payload");
        if (payload != null && !payload.equals("{body}")) {
            throw invalid("payload", "this scheme signs \"{body}\" only");
        }
        return new HmacSettings(
                algorithm(settings), encoding(settings), header(settings), prefix(settings), key(settings));
    }

    private static HmacAlgorithm algorithm(JsonObject settings) {
        String name = required(settings, "algorithm", "");
        for (HmacAlgorithm algorithm : HmacAlgorithm.values()) {
            if (algorithm.id().equals(name)) {
                return algorithm;
            }
        }
        throw invalid("algorithm", "expected sha1, sha256, sha384 or sha512");
    }

    private static SignatureEncoding encoding(JsonObject settings) {
        String name = required(settings, "encoding", "");
        Object hexCase = settings.get("hexCase");
        if (hexCase != null && !name.equals("hex")) {
            throw invalid("hexCase", "only for the encoding hex");
        }
        switch (name) {
            case "hex" -> {
                if (hexCase == null || hexCase.equals("lower")) {
                    return SignatureEncoding.HEX_LOWER;
                }
                if (hexCase.equals("any")) {
                    return SignatureEncoding.HEX_ANY;
                }
                throw invalid("hexCase", "expected lower or any");
            }
            case "base64" -> {
                return SignatureEncoding.BASE64;
            }
            case "base64url" -> {
                return SignatureEncoding.BASE64URL;
            }
            default -> throw invalid("encoding", "expected hex, base64 or base64url");
        }
    }

    private static String header(JsonObject settings) {
        JsonObject source = settings.object("source")
                .orElseThrow(() -> invalid("source", "expected {\"from\":\"header\",\"name\":…}"));
        onlyKnown(source, "source.", Set.of("from", "name"));
        if (!required(source, "from", "source.").equals("header")) {
            throw invalid("source.from", "this scheme reads the signature from a header only");
        }
        String name = required(source, "name", "source.");
        if (!isHeaderName(name)) {
            throw invalid("source.name", "expected the name of a header");
        }
        return name.toLowerCase(Locale.ROOT);
    }

    private static String prefix(JsonObject settings) {
        if (settings.get("format") == null) {
            return "";
        }
        JsonObject format = settings.object("format")
                .orElseThrow(
                        () -> invalid("format", "expected {\"type\":\"raw\"} or {\"type\":\"prefix\",\"prefix\":…}"));
        switch (required(format, "type", "format.")) {
            case "raw" -> {
                onlyKnown(format, "format.", Set.of("type"));
                return "";
            }
            case "prefix" -> {
                onlyKnown(format, "format.", Set.of("type", "prefix"));
                return required(format, "prefix", "format.");
            }
            default -> throw invalid("format.type", "this scheme supports raw and prefix");
        }
    }

    private static HmacKey key(JsonObject settings) {
        if (settings.get("secret") == null) {
            return UTF8_KEY;
        }
        JsonObject secret = settings.object("secret").orElseThrow(() -> invalid("secret", "expected an object"));
        onlyKnown(secret, "secret.", Set.of("encoding", "stripPrefix"));
        String prefix = secret.get("stripPrefix") == null ? "" : required(secret, "stripPrefix", "secret.");
        if (secret.get("encoding") == null) {
            return new HmacKey(HmacKey.Form.UTF8, prefix);
        }
        return switch (required(secret, "encoding", "secret.")) {
            case "utf8" -> new HmacKey(HmacKey.Form.UTF8, prefix);
            case "hex" -> new HmacKey(HmacKey.Form.HEX, prefix);
            case "base64" -> new HmacKey(HmacKey.Form.BASE64, prefix);
            default -> throw invalid("secret.encoding", "expected utf8, hex or base64");
        };
    }

    private static String required(JsonObject object, String name, String path) {
        return object.string(name)
                .filter(text -> !text.isEmpty())
                .orElseThrow(() -> invalid(path + name, "expected a text that is not empty"));
    }

    private static void onlyKnown(JsonObject object, String path, Set<String> known) {
        for (String name : object.asMap().keySet()) {
            if (!known.contains(name)) {
                throw invalid(
                        path + name,
                        "not supported by the scheme hmac in this version; supported here: "
                                + String.join(", ", known.stream().sorted().toList()));
            }
        }
    }

    private static boolean isHeaderName(String name) {
        return name.chars()
                .allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || "!#$%&'*+-.^_`|~".indexOf(c) >= 0));
    }

    private static IllegalArgumentException invalid(String field, String reason) {
        return new IllegalArgumentException("signature." + field + ": " + reason);
    }
}
