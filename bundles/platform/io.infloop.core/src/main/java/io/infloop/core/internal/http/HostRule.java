package io.infloop.core.internal.http;

import io.infloop.core.internal.settings.BindRule;
import java.util.regex.Pattern;

/**
 * Which Host a request to a server without a token may name. A page of another site can point its own name at this machine (DNS
 * rebinding) and is then of the same origin for the browser; only the Host tells.
 */
final class HostRule {
    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-f:.]+");

    private final String configured;
    private final boolean anyAddress;

    /** @param configured the host the server is bound to */
    HostRule(String configured) {
        this.configured = BindRule.bare(configured);
        this.anyAddress = !BindRule.isLoopback(configured);
    }

    /** @param header the Host header, or {@code null} */
    boolean allows(String header) {
        if (header == null || header.isBlank()) {
            return false;
        }
        String host = withoutPort(header.strip());
        String bare = BindRule.bare(host);
        if (BindRule.isLoopback(host) || (bare.equals(configured) && !BindRule.isWildcard(host))) {
            return true;
        }
        // Rebinding needs a name; who uses the literal address means this machine.
        return anyAddress
                && (IPV4.matcher(bare).matches()
                        || (bare.contains(":") && IPV6.matcher(bare).matches()));
    }

    static String withoutPort(String authority) {
        if (authority.startsWith("[")) {
            int close = authority.indexOf(']');
            return close < 0 ? authority : authority.substring(0, close + 1);
        }
        int colon = authority.lastIndexOf(':');
        return colon >= 0 && authority.indexOf(':') == colon ? authority.substring(0, colon) : authority;
    }
}
