package io.infloop.signing.declarative.internal;

import io.infloop.spi.signing.SigningSecret;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** How a sender's public key is written, which the operator enters in place of a secret. Keys are read once and kept. */
final class PublicKeyForm {
    private static final int MAX_KEYS = 64;
    private static final int MIN_RSA_BITS = 2_048;
    private static final byte[] ED25519_HEADER = HexFormat.of().parseHex("302a300506032b6570032100");
    private static final int ED25519_BYTES = 32;

    /** Kinds of key. */
    enum Kind {
        ED25519("Ed25519"),
        EC("EC"),
        RSA("RSA");

        private final String javaName;

        Kind(String javaName) {
            this.javaName = javaName;
        }
    }

    /** How the key is written. */
    private enum Form {
        HEX,
        BASE64,
        SPKI,
        PEM
    }

    private final Kind kind;
    private final Form form;
    private final String stripPrefix;
    private final Curve curve;
    private final Map<String, Optional<PublicKey>> known = new ConcurrentHashMap<>();

    private PublicKeyForm(Kind kind, Form form, String stripPrefix, Curve curve) {
        this.kind = kind;
        this.form = form;
        this.stripPrefix = stripPrefix;
        this.curve = curve;
    }

    /** @param block {@code publicKey} */
    static PublicKeyForm read(Block block, Kind kind) {
        block.onlyKnown(
                kind == Kind.EC
                        ? Set.of("encoding", "stripPrefix", "curve", "signatureForm")
                        : Set.of("encoding", "stripPrefix"));
        Form form =
                switch (block.text("encoding")) {
                    case "hex" -> Form.HEX;
                    case "base64" -> Form.BASE64;
                    case "base64-spki" -> Form.SPKI;
                    case "pem" -> Form.PEM;
                    default -> throw block.wrong("encoding", "expected hex, base64, base64-spki or pem");
                };
        if (kind == Kind.RSA && (form == Form.HEX || form == Form.BASE64)) {
            throw block.wrong("encoding", "an RSA key is written as base64-spki or pem");
        }
        return new PublicKeyForm(kind, form, block.optionalText("stripPrefix").orElse(""), curve(block));
    }

    static Curve curve(Block block) {
        return Curve.of(block.optionalText("curve").orElse("P-256"))
                .orElseThrow(() -> block.wrong("curve", "expected P-256, P-384 or P-521"));
    }

    Curve curve() {
        return curve;
    }

    /** The key; null if what was entered is not one of the declared form and kind. */
    PublicKey of(SigningSecret secret) {
        Optional<PublicKey> key = known.get(secret.value());
        if (key == null) {
            if (known.size() >= MAX_KEYS) {
                known.clear();
            }
            key = parse(secret.value());
            known.put(secret.value(), key);
        }
        return key.orElse(null);
    }

    private Optional<PublicKey> parse(String entered) {
        String text = entered.strip();
        if (!stripPrefix.isEmpty() && text.startsWith(stripPrefix)) {
            text = text.substring(stripPrefix.length());
        }
        try {
            return Optional.ofNullable(
                            switch (form) {
                                case HEX -> key(x509(HexFormat.of().parseHex(text)));
                                case BASE64 -> key(x509(Base64.getDecoder().decode(text)));
                                case SPKI -> key(Base64.getDecoder().decode(withoutSpace(text)));
                                case PEM -> pem(text);
                            })
                    .filter(this::fits);
        } catch (GeneralSecurityException | IllegalArgumentException notAKey) {
            return Optional.empty();
        }
    }

    private byte[] x509(byte[] bare) {
        return switch (kind) {
            case ED25519 -> bare.length == ED25519_BYTES ? Curve.joined(ED25519_HEADER, bare) : bare;
            case EC -> Optional.ofNullable(curve.x509(bare)).orElse(bare);
            case RSA -> bare;
        };
    }

    private PublicKey key(byte[] x509) throws GeneralSecurityException {
        return KeyFactory.getInstance(kind.javaName).generatePublic(new X509EncodedKeySpec(x509));
    }

    private PublicKey pem(String text) throws GeneralSecurityException {
        String begin = "-----BEGIN PUBLIC KEY-----";
        String end = "-----END PUBLIC KEY-----";
        if (text.startsWith("-----BEGIN CERTIFICATE-----")) {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)))
                    .getPublicKey();
        }
        if (!text.startsWith(begin) || !text.endsWith(end) || text.length() < begin.length() + end.length()) {
            return null;
        }
        return key(
                Base64.getDecoder().decode(withoutSpace(text.substring(begin.length(), text.length() - end.length()))));
    }

    /** Lines are folded, and some who copy keys lose the line breaks. */
    private static String withoutSpace(String text) {
        StringBuilder bare = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            if (!Character.isWhitespace(text.charAt(i))) {
                bare.append(text.charAt(i));
            }
        }
        return bare.toString();
    }

    private boolean fits(PublicKey key) {
        return switch (kind) {
            case ED25519 ->
                key instanceof EdECPublicKey ed && ed.getParams().getName().equalsIgnoreCase("Ed25519");
            case EC -> key instanceof ECPublicKey ec && (bitLength(ec) + 7) / 8 == curve.bytes();
            case RSA ->
                key instanceof RSAPublicKey rsa
                        && rsa.getModulus().bitLength() >= MIN_RSA_BITS
                        && rsa.getPublicExponent().compareTo(BigInteger.ONE) > 0;
        };
    }

    private static int bitLength(ECPublicKey key) {
        return key.getParams().getCurve().getField().getFieldSize();
    }
}
