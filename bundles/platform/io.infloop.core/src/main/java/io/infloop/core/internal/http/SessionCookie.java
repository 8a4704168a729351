package io.infloop.core.internal.http;

import io.infloop.core.internal.settings.ApiToken;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.List;

/**
 * The cookie of a browser's session. Its value is a hash of the token: nothing is stored, it outlives a restart, dies with the token,
 * and does not give the token away. It opens this server all the same.
 */
public final class SessionCookie {
    static final String NAME = "infloop_session";

    private static final Duration MAX_AGE = Duration.ofDays(30);
    private static final int MAX_HEADERS = 10;

    private final String value;

    public SessionCookie(ApiToken token) {
        this.value = HexFormat.of().formatHex(sha256(token.reveal()));
    }

    /** For the redactor, and for {@code Set-Cookie}. */
    public String reveal() {
        return value;
    }

    /** Whether the request carries the cookie with the right value. */
    boolean isIn(HttpServletRequest request) {
        // Each is compared, so that the time does not tell which one was right.
        boolean found = false;
        for (String presented : values(request)) {
            found |= matches(presented);
        }
        return found;
    }

    /** Whether the request carries the cookie with any value. */
    static boolean isPresent(HttpServletRequest request) {
        return !values(request).isEmpty();
    }

    private static List<String> values(HttpServletRequest request) {
        List<String> values = new ArrayList<>();
        Enumeration<String> headers = request.getHeaders("Cookie");
        for (int count = 0; headers.hasMoreElements() && count < MAX_HEADERS; count++) {
            for (String pair : headers.nextElement().split(";", -1)) {
                int equals = pair.indexOf('=');
                if (equals > 0 && pair.substring(0, equals).strip().equals(NAME)) {
                    values.add(pair.substring(equals + 1).strip());
                }
            }
        }
        return values;
    }

    /** In constant time; both sides are hashed, so that the length does not matter. */
    private boolean matches(String presented) {
        return MessageDigest.isEqual(sha256(value), sha256(presented));
    }

    /** Value of {@code Set-Cookie} that begins a session. */
    String begin(HttpServletRequest request) {
        return header(value, MAX_AGE.toSeconds(), request);
    }

    /** Value of {@code Set-Cookie} that ends any session. */
    static String end(HttpServletRequest request) {
        return header("", 0, request);
    }

    /** Over plain HTTP a cookie that is {@code Secure} would not be kept. */
    private static String header(String value, long maxAgeSeconds, HttpServletRequest request) {
        return NAME + "=" + value + "; Path=/; Max-Age=" + maxAgeSeconds + "; HttpOnly; SameSite=Strict"
                + (isHttps(request) ? "; Secure" : "");
    }

    private static boolean isHttps(HttpServletRequest request) {
        String forwarded = request.getHeader("X-Forwarded-Proto");
        return forwarded == null
                ? request.isSecure()
                : forwarded.split(",", 2)[0].strip().equalsIgnoreCase("https");
    }

    @Override
    public String toString() {
        return "SessionCookie[hidden]";
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
