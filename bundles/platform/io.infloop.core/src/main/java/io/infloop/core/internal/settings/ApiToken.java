package io.infloop.core.internal.settings;

import io.infloop.core.internal.Refusal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.Optional;

/** The shared secret of the API. Kept apart from the settings, so that nothing that prints settings can print it. */
public final class ApiToken {
    static final String VARIABLE = "INFLOOP_API_TOKEN";
    private static final int MAX_LENGTH = 4096;
    static final int ADVISED_LENGTH = 16;

    private final String value;
    private final byte[] digest;

    private ApiToken(String value) {
        this.value = value;
        this.digest = sha256(value);
    }

    /** @return empty when none is set: then the server is open to everybody who reaches it */
    public static Optional<ApiToken> from(Map<String, String> environment) {
        String raw = environment.getOrDefault(VARIABLE, "");
        if (raw.isEmpty()) {
            return Optional.empty();
        }
        String token = raw.strip();
        if (token.isEmpty() || token.length() > MAX_LENGTH || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new Refusal(
                    "unusable-token",
                    VARIABLE + " must be 1 to " + MAX_LENGTH + " visible ASCII characters without spaces, so that a"
                            + " client can send it in a header; make one with: openssl rand -hex 32");
        }
        return Optional.of(new ApiToken(token));
    }

    /** Compares in constant time; both sides are hashed, so that the length does not leak either. */
    public boolean matches(String presented) {
        return MessageDigest.isEqual(digest, sha256(presented));
    }

    /** True when it is so short that it could be guessed. */
    public boolean isShort() {
        return value.length() < ADVISED_LENGTH;
    }

    /** For the redactor, and for what sessions are made of. */
    public String reveal() {
        return value;
    }

    @Override
    public String toString() {
        return "ApiToken[hidden]";
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
