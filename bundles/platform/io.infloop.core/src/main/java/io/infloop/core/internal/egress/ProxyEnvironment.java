package io.infloop.core.internal.egress;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The variables that lead a child's clients to its proxy. */
public final class ProxyEnvironment {
    /** Would lead clients around the proxy, or to another one. */
    public static final Set<String> REMOVED = Set.of("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy");

    private static final List<String> SET = List.of("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy");

    private ProxyEnvironment() {}

    /**
     * Points an environment at a proxy, whatever it said before.
     *
     * @param child changed
     * @param proxy {@link EgressSession#listenOnLoopback()}, or the address of the bridge in a jail
     */
    public static void apply(Map<String, String> child, URI proxy) {
        child.keySet().removeAll(REMOVED);
        SET.forEach(name -> child.put(name, proxy.toString()));
        // The fetch of Node 24 and later honours the variables above only when told to; earlier versions ignore this
        // one.
        child.put("NODE_USE_ENV_PROXY", "1");
    }
}
