package io.infloop.core.internal.settings;

import io.infloop.core.internal.Refusal;
import java.util.Locale;
import java.util.regex.Pattern;

/** Whoever reaches the port can run programs; so a port that others can reach needs a token. */
public final class BindRule {
    private static final Pattern IPV4_LOOPBACK =
            Pattern.compile("127\\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
                    + "\\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])");

    private BindRule() {}

    /** True for 127.0.0.0/8, {@code ::1} and the name localhost; names are not resolved. */
    public static boolean isLoopback(String host) {
        String bare = bare(host);
        return bare.equals("localhost")
                || bare.equals("::1")
                || bare.equals("0:0:0:0:0:0:0:1")
                || IPV4_LOOPBACK.matcher(bare).matches();
    }

    /** True for 0.0.0.0 and {@code ::}. */
    public static boolean isWildcard(String host) {
        String bare = bare(host);
        return bare.equals("0.0.0.0") || bare.equals("::") || bare.equals("0:0:0:0:0:0:0:0");
    }

    /** Without the brackets of an IPv6 literal, in lower case. */
    public static String bare(String host) {
        String lower = host.strip().toLowerCase(Locale.ROOT);
        return lower.startsWith("[") && lower.endsWith("]") ? lower.substring(1, lower.length() - 1) : lower;
    }

    /**
     * @return true if the server is open to the network because the operator asked for it
     * @throws Refusal if it would be without having been asked for
     */
    public static boolean isInsecure(String host, boolean hasToken, boolean allowInsecure) {
        if (hasToken || isLoopback(host)) {
            return false;
        }
        if (allowInsecure) {
            return true;
        }
        throw new Refusal(
                "network-bind-without-token",
                "HOST=" + host
                        + " can be reached from other machines, and whoever reaches the port can run programs here."
                        + "\nEither set a token:            INFLOOP_API_TOKEN=$(openssl rand -hex 32)"
                        + "\nor, on a network you trust:    INFLOOP_ALLOW_INSECURE=1"
                        + "\n(or leave HOST unset: then only this machine can reach the server)");
    }

    /** What is printed at every start of an insecure server. */
    public static String banner(String host) {
        String line = "!".repeat(78);
        return "\n" + line + "\n!!  INSECURE: the server listens on " + host + " WITHOUT A TOKEN.\n"
                + "!!  Everybody on this network can run any program on this machine.\n"
                + "!!  Set INFLOOP_API_TOKEN, or unset HOST.\n" + line;
    }
}
