package io.infloop.core.internal.net;

import java.net.IDN;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A host as requests and lists name it, in one form: lower case, no trailing dot, punycode.
 *
 * @param text the name, or the address without brackets
 * @param literal the address when it is one
 */
public record HostName(String text, Optional<InetAddress> literal) {
    private static final int MAX_LENGTH = 253;
    /** Underscores are in real host names, though the standards know none. */
    private static final Pattern NAME =
            Pattern.compile("(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?");
    /** What resolvers take for an address in one of its odd notations: 127.1, 0x7f000001, 2130706433, 0177.0.0.1. */
    private static final Pattern ENDS_IN_NUMBER = Pattern.compile("(?:.*\\.)?(?:[0-9]+|0x[0-9a-f]*)");

    /** A host as it arrives in a request: ASCII only; IPv6 without its brackets. */
    public static Optional<HostName> parse(String host) {
        // Before lower-casing, which turns some letters of other scripts into ASCII ones.
        if (host.chars().anyMatch(character -> character > '~')) {
            return Optional.empty();
        }
        String lower = host.toLowerCase(Locale.ROOT);
        if (lower.indexOf(':') >= 0) {
            return IpLiterals.parse(lower).map(HostName::ofLiteral);
        }
        String name = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        if (name.length() > MAX_LENGTH || !NAME.matcher(name).matches()) {
            return Optional.empty();
        }
        return ENDS_IN_NUMBER.matcher(name).matches()
                ? IpLiterals.parse(name).map(HostName::ofLiteral)
                : Optional.of(new HostName(name, Optional.empty()));
    }

    private static HostName ofLiteral(InetAddress address) {
        return new HostName(address.getHostAddress(), Optional.of(address));
    }

    /** A host as people write it, letters of any script included; IPv6 with or without brackets. */
    public static Optional<HostName> parseTyped(String host) {
        String text = host.strip();
        if (text.startsWith("[") && text.endsWith("]")) {
            String inner = text.substring(1, text.length() - 1);
            return inner.indexOf(':') >= 0 ? parse(inner) : Optional.empty();
        }
        if (text.indexOf(':') >= 0) {
            return parse(text);
        }
        try {
            return parse(IDN.toASCII(text));
        } catch (IllegalArgumentException noName) {
            return Optional.empty();
        }
    }
}
