package io.infloop.core.internal.http;

import java.util.Locale;
import java.util.Set;

/** Which calls that change something a browser may make: those of our own pages. Programs send neither header and pass. */
final class OriginRule {
    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS");
    private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

    private OriginRule() {}

    static boolean changesState(String method) {
        return !SAFE_METHODS.contains(method);
    }

    /**
     * @param origin the Origin header, or {@code null}
     * @param fetchSite the Sec-Fetch-Site header, or {@code null}
     * @param host the Host header, or {@code null}
     */
    static boolean allows(String origin, String fetchSite, String host) {
        if (fetchSite != null && !OWN_SITES.contains(fetchSite.strip().toLowerCase(Locale.ROOT))) {
            return false;
        }
        if (origin == null) {
            return true;
        }
        String lower = origin.strip().toLowerCase(Locale.ROOT);
        String scheme = lower.startsWith("http://") ? "http://" : lower.startsWith("https://") ? "https://" : null;
        if (scheme == null || host == null) {
            return false;
        }
        String defaultPort = scheme.equals("http://") ? ":80" : ":443";
        return normal(lower.substring(scheme.length()), defaultPort)
                .equals(normal(host.strip().toLowerCase(Locale.ROOT), defaultPort));
    }

    /**
     * Whether a browser says that one of our own pages makes the call; for calls that a cookie authenticates, because the browser sends
     * it along whoever asks. To be asked after {@link #allows}, which has found nothing foreign.
     */
    static boolean isProven(String origin, String fetchSite) {
        return origin != null
                || (fetchSite != null
                        && fetchSite.strip().toLowerCase(Locale.ROOT).equals("same-origin"));
    }

    private static String normal(String authority, String defaultPort) {
        return authority.endsWith(defaultPort)
                ? authority.substring(0, authority.length() - defaultPort.length())
                : authority;
    }
}
