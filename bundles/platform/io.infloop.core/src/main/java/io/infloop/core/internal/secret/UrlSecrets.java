package io.infloop.core.internal.secret;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Secrets within addresses: {@code https://user:PASSWORD@host} and {@code https://TOKEN@host}, the way many tools print where they
 * were sent. Nobody has to have told us of them.
 */
public final class UrlSecrets {
    private static final String MARK = "://";
    private static final String PLACEHOLDER = "[redacted]";
    /** What a user is called is shorter, or has no digit; a token that stands alone has both. */
    private static final int SHORTEST_TOKEN = 12;

    private static final int LONG_TOKEN = 20;
    private static final int MAX_USER_INFO = 4096;
    private static final Pattern PARAMETER = Pattern.compile("[?&;]([A-Za-z0-9_.-]{1,60})=([^&;#\\s\"'<>]+)");

    private UrlSecrets() {}

    /**
     * What is secret in an address, as it stands there and decoded.
     *
     * @param speaksOfSecrets by the name of a parameter in the query
     */
    public static List<String> in(String text, Predicate<String> speaksOfSecrets) {
        List<String> found = new ArrayList<>();
        for (Span span = next(text, 0); span != null; span = next(text, span.end)) {
            add(text.substring(span.start, span.end), found);
        }
        if (text.contains(MARK)) {
            Matcher parameter = PARAMETER.matcher(text);
            while (parameter.find()) {
                if (speaksOfSecrets.test(parameter.group(1).toUpperCase(Locale.ROOT))) {
                    add(parameter.group(2), found);
                }
            }
        }
        return found;
    }

    private static void add(String secret, List<String> found) {
        found.add(secret);
        try {
            // A plus is a plus in the part before the host.
            String decoded = URLDecoder.decode(secret.replace("+", "%2B"), StandardCharsets.UTF_8);
            if (!decoded.equals(secret)) {
                found.add(decoded);
            }
        } catch (IllegalArgumentException notEncoded) {
            // Then it is what it is.
        }
    }

    /** The same text when there is none. */
    public static String redact(String text) {
        Span span = next(text, 0);
        if (span == null) {
            return text;
        }
        StringBuilder clean = new StringBuilder(text.length());
        int copied = 0;
        while (span != null) {
            clean.append(text, copied, span.start).append(PLACEHOLDER);
            copied = span.end;
            span = next(text, copied);
        }
        return clean.append(text, copied, text.length()).toString();
    }

    private record Span(int start, int end) {}

    /** The next secret before a host, or {@code null}. */
    private static Span next(String text, int from) {
        for (int mark = text.indexOf(MARK, from); mark >= 0; mark = text.indexOf(MARK, mark + 1)) {
            int start = mark + MARK.length();
            int end = endOfUserInfo(text, start);
            if (end <= start) {
                continue;
            }
            int colon = text.indexOf(':', start);
            boolean password = colon >= 0 && colon < end;
            int secret = password ? colon + 1 : start;
            String value = text.substring(secret, end);
            if (!isPlaceholder(value) && (password ? !value.isEmpty() : isToken(value))) {
                return new Span(secret, end);
            }
        }
        return null;
    }

    /** Where its {@code @} stands: the last one before the path, because a password may hold one. Below the start if there is none. */
    private static int endOfUserInfo(String text, int start) {
        int end = -1;
        int limit = Math.min(text.length(), start + MAX_USER_INFO);
        for (int index = start; index < limit; index++) {
            char sign = text.charAt(index);
            if (sign == '@') {
                end = index;
            } else if (sign <= ' ' || "/?#\"'<>\\`|".indexOf(sign) >= 0) {
                break;
            }
        }
        return end;
    }

    /** What stands for a secret: ours, a shell's variable, a placeholder of a template, stars. */
    private static boolean isPlaceholder(String value) {
        return value.equals(PLACEHOLDER)
                || value.startsWith("$")
                || value.startsWith("{")
                || value.startsWith("%7B")
                || value.startsWith("*");
    }

    private static boolean isToken(String value) {
        return value.length() >= LONG_TOKEN
                || (value.length() >= SHORTEST_TOKEN
                        && value.chars().anyMatch(Character::isDigit)
                        && value.chars().anyMatch(Character::isLetter));
    }
}
