package io.infloop.spi.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What a template may do to the bytes of a place. */
enum TemplateFilter {
    SHA1("sha1"),
    SHA256("sha256"),
    SHA384("sha384"),
    SHA512("sha512"),
    CRC32DEC("crc32dec"),
    HMAC_SHA1("hmac-sha1"),
    HMAC_SHA256("hmac-sha256"),
    HMAC_SHA512("hmac-sha512"),
    HEX("hex"),
    BASE64("base64"),
    BASE64URL("base64url"),
    URLDECODE("urldecode"),
    /** HubSpot decodes only these before it signs. */
    HUBSPOT_URL_DECODE("hubspotUrlDecode"),
    WITH_PORT("withPort"),
    WITHOUT_PORT("withoutPort"),
    LOWER("lower");

    private static final int MOST_OF_A_HASH = 64;
    private static final String HUBSPOT_DECODED = ":/?@!$'()*,;";

    private final String text;

    TemplateFilter(String text) {
        this.text = text;
    }

    /** @throws IllegalArgumentException for any other name */
    static TemplateFilter of(String name) {
        for (TemplateFilter filter : values()) {
            if (filter.text.equals(name)) {
                return filter;
            }
        }
        StringBuilder known = new StringBuilder();
        for (TemplateFilter filter : values()) {
            known.append(known.isEmpty() ? "" : ", ").append(filter.text);
        }
        throw new IllegalArgumentException("there is no filter \"" + name + "\"; there are " + known);
    }

    boolean keyed() {
        return this == HMAC_SHA1 || this == HMAC_SHA256 || this == HMAC_SHA512;
    }

    /** The most bytes that the filter makes of so many. */
    long most(long length) {
        return switch (this) {
            case HEX -> 2 * length;
            case BASE64, BASE64URL -> 4 * ((length + 2) / 3);
            case SHA1, SHA256, SHA384, SHA512, CRC32DEC, HMAC_SHA1, HMAC_SHA256, HMAC_SHA512 -> MOST_OF_A_HASH;
            case URLDECODE, HUBSPOT_URL_DECODE -> length;
            case WITH_PORT, WITHOUT_PORT -> length + MOST_OF_A_HASH;
            // A few letters are longer in lower case, and what is no UTF-8 becomes a mark of three bytes.
            case LOWER -> 3 * length;
        };
    }

    /** The bytes after the filter, or null when the key is missing. */
    byte[] apply(byte[] bytes, RequestTemplate.Values values) {
        return switch (this) {
            case SHA1 -> digest("SHA-1", bytes);
            case SHA256 -> digest("SHA-256", bytes);
            case SHA384 -> digest("SHA-384", bytes);
            case SHA512 -> digest("SHA-512", bytes);
            case CRC32DEC -> crc32(bytes);
            case HMAC_SHA1 -> hmac("HmacSHA1", bytes, values);
            case HMAC_SHA256 -> hmac("HmacSHA256", bytes, values);
            case HMAC_SHA512 -> hmac("HmacSHA512", bytes, values);
            case HEX -> ascii(HexFormat.of().formatHex(bytes));
            case BASE64 -> Base64.getEncoder().encode(bytes);
            case BASE64URL -> Base64.getUrlEncoder().withoutPadding().encode(bytes);
            case URLDECODE -> Percent.decode(bytes);
            case HUBSPOT_URL_DECODE -> Percent.decode(bytes, HUBSPOT_DECODED);
            case WITH_PORT -> port(bytes, true);
            case WITHOUT_PORT -> port(bytes, false);
            case LOWER ->
                new String(bytes, StandardCharsets.UTF_8)
                        .toLowerCase(Locale.ROOT)
                        .getBytes(StandardCharsets.UTF_8);
        };
    }

    private static byte[] digest(String algorithm, byte[] bytes) {
        try {
            return MessageDigest.getInstance(algorithm).digest(bytes);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java runtime has no " + algorithm, missing);
        }
    }

    private static byte[] crc32(byte[] bytes) {
        CRC32 checksum = new CRC32();
        checksum.update(bytes);
        return ascii(Long.toString(checksum.getValue()));
    }

    private static byte[] hmac(String algorithm, byte[] bytes, RequestTemplate.Values values) {
        Optional<byte[]> key = values.value("secret").filter(value -> value.length > 0);
        if (key.isEmpty()) {
            return null;
        }
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key.get(), algorithm));
            return mac.doFinal(bytes);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java runtime has no " + algorithm, missing);
        }
    }

    /** The same URL with the port of its scheme written out, or left out. */
    private static byte[] port(byte[] bytes, boolean with) {
        String url = new String(bytes, StandardCharsets.UTF_8);
        String port = url.startsWith("https://") ? ":443" : url.startsWith("http://") ? ":80" : "";
        if (port.isEmpty()) {
            return bytes;
        }
        int host = url.indexOf("//") + 2;
        int end = host;
        while (end < url.length() && "/?#".indexOf(url.charAt(end)) < 0) {
            end++;
        }
        String authority = url.substring(host, end);
        boolean hasPort = authority.lastIndexOf(':') > authority.lastIndexOf(']');
        if (with && !hasPort) {
            authority += port;
        } else if (!with && hasPort && authority.endsWith(port)) {
            authority = authority.substring(0, authority.length() - port.length());
        }
        return (url.substring(0, host) + authority + url.substring(end)).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
