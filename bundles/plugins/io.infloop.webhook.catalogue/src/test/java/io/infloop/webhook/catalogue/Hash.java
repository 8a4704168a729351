package io.infloop.webhook.catalogue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What senders calculate, with nothing but the JDK. */
final class Hash {
    private Hash() {}

    /** @param parts texts or bytes, joined */
    static byte[] hmac(String algorithm, byte[] key, Object... parts) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key, algorithm));
            return mac.doFinal(joined(parts));
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    static byte[] hmac256(byte[] key, Object... parts) {
        return hmac("HmacSHA256", key, parts);
    }

    static byte[] sha256(Object... parts) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(joined(parts));
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    static byte[] joined(Object... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Object part : parts) {
            all.writeBytes(part instanceof byte[] bytes ? bytes : utf8(part.toString()));
        }
        return all.toByteArray();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    static String base64Url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** A compact JSON Web Token with a shared key. */
    static String token(byte[] key, String claims) {
        String signed = base64Url(utf8("{\"alg\":\"HS256\",\"typ\":\"JWT\"}")) + "." + base64Url(utf8(claims));
        return signed + "." + base64Url(hmac256(key, signed));
    }
}
