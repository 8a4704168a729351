package io.infloop.core.internal.http;

import java.util.List;
import java.util.Set;

/** What needs no credentials. This list is the only one. */
enum OpenPaths {
    /** Senders cannot carry a token; the trigger's id and the signature are their credentials. Any method, any origin. */
    WEBHOOK("/api/webhook/", true, Set.of(), true),
    /** Says whether the server is up, and nothing else. */
    HEALTH("/api/health", false, Set.of("GET", "HEAD"), false),
    /** The form and what it sends; the page brings its style along and has no script. */
    LOGIN_PAGE("/login", false, Set.of("GET", "HEAD", "POST"), false),
    LOGIN("/api/auth/login", false, Set.of("POST"), false),
    /** Takes the cookie away, also one that is worth nothing any more. */
    LOGOUT("/api/auth/logout", false, Set.of("POST"), false),
    /** Tells a page whether it has to ask for the token. */
    SESSION("/api/auth/session", false, Set.of("GET", "HEAD"), false),
    /** Tells MCP clients how to authenticate (RFC 9728). */
    MCP_METADATA("/.well-known/oauth-protected-resource/api/mcp", false, Set.of("GET", "HEAD"), false);

    static final List<OpenPaths> ALL = List.of(values());

    private final String path;
    private final boolean prefix;
    /** Empty for all. */
    private final Set<String> methods;

    private final boolean senderRules;

    OpenPaths(String path, boolean prefix, Set<String> methods, boolean senderRules) {
        this.path = path;
        this.prefix = prefix;
        this.methods = methods;
        this.senderRules = senderRules;
    }

    String path() {
        return path;
    }

    static boolean needsNoCredentials(String method, String requestPath) {
        for (OpenPaths open : ALL) {
            if (open.matches(method, requestPath)) {
                return true;
            }
        }
        return false;
    }

    /** Exempt from the rules that are about browsers and about bodies of the management API. */
    static boolean isForSenders(String method, String requestPath) {
        for (OpenPaths open : ALL) {
            if (open.senderRules && open.matches(method, requestPath)) {
                return true;
            }
        }
        return false;
    }

    private boolean matches(String method, String requestPath) {
        return (methods.isEmpty() || methods.contains(method))
                && (prefix
                        ? requestPath.startsWith(path) && requestPath.length() > path.length()
                        : requestPath.equals(path));
    }
}
