package io.infloop.signing.jwks.internal;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Optional;

/** Algorithms of RFC 7518 and RFC 8037 whose key may be public. */
enum Algorithm {
    RS256("RSA", "", "SHA256withRSA", 0),
    RS384("RSA", "", "SHA384withRSA", 0),
    RS512("RSA", "", "SHA512withRSA", 0),
    ES256("EC", "P-256", "SHA256withECDSAinP1363Format", 64),
    ES384("EC", "P-384", "SHA384withECDSAinP1363Format", 96),
    ES512("EC", "P-521", "SHA512withECDSAinP1363Format", 132),
    EdDSA("OKP", "Ed25519", "Ed25519", 64);

    private final String keyType;
    private final String curve;
    private final String javaName;
    private final int length;

    Algorithm(String keyType, String curve, String javaName, int length) {
        this.keyType = keyType;
        this.curve = curve;
        this.javaName = javaName;
        this.length = length;
    }

    static Optional<Algorithm> of(String name) {
        for (Algorithm algorithm : values()) {
            if (algorithm.name().equals(name)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    /** Whether a key is made for this algorithm; one key must not serve another than its own. */
    boolean takes(RemoteKey key) {
        return key.type().equals(keyType)
                && (curve.isEmpty() || key.curve().equals(curve))
                && key.algorithm().map(name()::equals).orElse(true);
    }

    boolean verifies(PublicKey key, byte[] message, byte[] signature) {
        if (length > 0 && signature.length != length) {
            return false;
        }
        try {
            Signature verifier = Signature.getInstance(javaName);
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException doesNotFit) {
            return false;
        }
    }
}
