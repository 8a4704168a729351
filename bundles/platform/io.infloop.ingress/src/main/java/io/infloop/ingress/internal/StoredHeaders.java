package io.infloop.ingress.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.SignatureDeclaration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The headers of a delivery as they are stored and as templates see them: without signatures and without credentials. */
final class StoredHeaders {
    private static final Set<String> NEVER = Set.of(
            "authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "x-auth-key", "x-access-key");
    /** Words that give away a signature or a shared token whose scheme we do not know. */
    private static final List<String> TELLTALES =
            List.of("signature", "hmac", "token", "secret", "password", "credential", "authorization");

    private StoredHeaders() {}

    static Map<String, String> of(HttpHeaders headers, Optional<SignatureDeclaration> declaration) {
        Set<String> declared = new HashSet<>();
        declaration.ifPresent(signature -> collect(signature.settings(), declared));
        Map<String, String> stored = new LinkedHashMap<>(headers.joined());
        stored.keySet().removeIf(name -> NEVER.contains(name) || declared.contains(name) || tells(name));
        return stored;
    }

    private static boolean tells(String name) {
        for (String word : TELLTALES) {
            if (name.contains(word)) {
                return true;
            }
        }
        return false;
    }

    /** Every header that a declaration reads under {@code source} or {@code additionalSources}, at any depth. */
    private static void collect(Object settings, Set<String> names) {
        if (settings instanceof JsonObject object) {
            object.asMap().forEach((key, value) -> {
                if (key.equals("source") || key.equals("additionalSources")) {
                    collectSources(value, names);
                }
                if (!key.equals("timestamp") && !key.equals("variables")) {
                    collect(value, names);
                }
            });
        } else if (settings instanceof List<?> elements) {
            elements.forEach(element -> collect(element, names));
        }
    }

    private static void collectSources(Object value, Set<String> names) {
        if (value instanceof List<?> elements) {
            elements.forEach(element -> collectSources(element, names));
        } else if (value instanceof JsonObject source
                && source.string("from").filter("header"::equals).isPresent()) {
            source.string("name").ifPresent(name -> names.add(name.toLowerCase(Locale.ROOT)));
        }
    }
}
