package io.infloop.signing.jwks.internal;

import io.infloop.spi.json.JsonObject;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One key of a set (RFC 7517).
 *
 * @param id {@code kid}; empty when it has none
 * @param algorithm the only one it is for, when it says so
 */
record RemoteKey(String id, String type, String curve, Optional<String> algorithm, PublicKey key) {
    static final int MAX_KEYS = 64;
    private static final int MIN_RSA_BITS = 2_048;
    private static final int MAX_RSA_BITS = 8_192;
    private static final Map<String, String> CURVES =
            Map.of("P-256", "secp256r1", "P-384", "secp384r1", "P-521", "secp521r1");
    /** What comes before the 32 bytes of an Ed25519 key in its X.509 form (RFC 8410). */
    private static final String ED25519_PREFIX = "302a300506032b6570032100";

    /** The usable keys of a set; what is of another kind or malformed is left out. */
    static List<RemoteKey> readSet(JsonObject set) {
        return set.array("keys").orElse(List.of()).stream()
                .limit(MAX_KEYS)
                .filter(JsonObject.class::isInstance)
                .map(JsonObject.class::cast)
                .map(RemoteKey::read)
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<RemoteKey> read(JsonObject jwk) {
        if (jwk.string("use").map(use -> !use.equals("sig")).orElse(false)) {
            return Optional.empty();
        }
        String type = jwk.string("kty").orElse("");
        String curve = jwk.string("crv").orElse("");
        try {
            Optional<PublicKey> key =
                    switch (type) {
                        case "RSA" -> rsa(jwk);
                        case "EC" -> ec(jwk, curve);
                        case "OKP" -> curve.equals("Ed25519") ? Optional.of(ed25519(jwk)) : Optional.empty();
                        default -> Optional.empty();
                    };
            return key.map(found -> new RemoteKey(jwk.string("kid").orElse(""), type, curve, jwk.string("alg"), found));
        } catch (GeneralSecurityException | IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    private static Optional<PublicKey> rsa(JsonObject jwk) throws GeneralSecurityException {
        BigInteger modulus = number(jwk, "n");
        if (modulus.bitLength() < MIN_RSA_BITS || modulus.bitLength() > MAX_RSA_BITS) {
            return Optional.empty();
        }
        return Optional.of(
                KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, number(jwk, "e"))));
    }

    private static Optional<PublicKey> ec(JsonObject jwk, String curve) throws GeneralSecurityException {
        if (!CURVES.containsKey(curve)) {
            return Optional.empty();
        }
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec(CURVES.get(curve)));
        ECPoint point = new ECPoint(number(jwk, "x"), number(jwk, "y"));
        return Optional.of(KeyFactory.getInstance("EC")
                .generatePublic(new ECPublicKeySpec(point, parameters.getParameterSpec(ECParameterSpec.class))));
    }

    private static PublicKey ed25519(JsonObject jwk) throws GeneralSecurityException {
        String encoded = ED25519_PREFIX + HexFormat.of().formatHex(bytes(jwk, "x"));
        return KeyFactory.getInstance("Ed25519")
                .generatePublic(new X509EncodedKeySpec(HexFormat.of().parseHex(encoded)));
    }

    private static BigInteger number(JsonObject jwk, String name) {
        return new BigInteger(1, bytes(jwk, name));
    }

    private static byte[] bytes(JsonObject jwk, String name) {
        return Base64.getUrlDecoder()
                .decode(jwk.string(name).orElseThrow(() -> new IllegalArgumentException(name + " is missing")));
    }
}
