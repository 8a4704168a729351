package io.infloop.signing.declarative.internal;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The kinds of proof, with the members that each of them knows. */
enum SchemeKind {
    HMAC("hmac", signed("secret", "algorithm")),
    DIGEST("digest", signed("secret", "algorithm")),
    ED25519("ed25519", signed("publicKey")),
    ECDSA("ecdsa", signed("publicKey", "algorithm")),
    RSA("rsa", signed("publicKey", "algorithm")),
    JWT(
            "jwt",
            with(
                    common(),
                    "algorithms",
                    "issuer",
                    "audience",
                    "requireClaims",
                    "claims",
                    "skewSeconds",
                    "timestamp",
                    "variables",
                    "onMissing",
                    "secret",
                    "publicKey")),
    TOKEN("token", with(common(), "secret")),
    BASIC("basic", with(common(), "secret", "username"));

    private final String id;
    private final Set<String> members;

    SchemeKind(String id, Set<String> members) {
        this.id = id;
        this.members = members;
    }

    String id() {
        return id;
    }

    /** Members of a declaration, beside {@code scheme}. */
    Set<String> members() {
        return members;
    }

    static Optional<SchemeKind> of(String id) {
        return Arrays.stream(values()).filter(kind -> kind.id.equals(id)).findFirst();
    }

    static Set<String> ids() {
        Set<String> ids = new TreeSet<>();
        for (SchemeKind kind : values()) {
            ids.add(kind.id);
        }
        return ids;
    }

    private static Set<String> common() {
        return Set.of("source", "format", "secretIndex", "requireEquals", "when", "anyOf");
    }

    private static Set<String> signed(String... more) {
        return with(
                with(common(), more),
                "encoding",
                "hexCase",
                "additionalSources",
                "payload",
                "variables",
                "onMissing",
                "timestamp");
    }

    private static Set<String> with(Set<String> known, String... more) {
        Set<String> all = new TreeSet<>(known);
        all.addAll(Arrays.asList(more));
        return Set.copyOf(all);
    }
}
