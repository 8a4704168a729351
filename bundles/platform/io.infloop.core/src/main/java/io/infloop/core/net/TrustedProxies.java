package io.infloop.core.net;

import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;

/**
 * The proxies whose word counts for where a request comes from. Each appends the address it was called from to {@code
 * X-Forwarded-For}: read from the right, the first address that is not a trusted proxy's is the sender's. What stands left of it
 * anybody can have written. Immutable.
 */
public final class TrustedProxies {
    /** Every peer speaks for itself. */
    public static final TrustedProxies NONE = new TrustedProxies(List.of());

    private static final String HEADER = "X-Forwarded-For";
    /** No chain of proxies is longer. */
    private static final int MAX_HOPS = 32;

    private final List<AddressBlock> blocks;

    public TrustedProxies(List<AddressBlock> blocks) {
        this.blocks = List.copyOf(blocks);
    }

    public boolean isEmpty() {
        return blocks.isEmpty();
    }

    /** The sender's address as text; that of the peer unless trusted proxies name another one. */
    public String clientAddress(HttpServletRequest request) {
        String peer = request.getRemoteAddr();
        if (blocks.isEmpty() || peer == null || !isTrusted(peer)) {
            return peer;
        }
        return fromChain(peer, request.getHeaders(HEADER));
    }

    private boolean isTrusted(String address) {
        return Addresses.anyHolds(blocks, address);
    }

    /** A hop that cannot be read ends the search at the proxy that reported it: nobody left of it is believed. */
    private String fromChain(String peer, Enumeration<String> lines) {
        StringBuilder chain = new StringBuilder();
        while (lines != null && lines.hasMoreElements()) {
            chain.append(chain.isEmpty() ? "" : ",").append(lines.nextElement());
        }
        String known = peer;
        int end = chain.length();
        for (int hop = 0; hop < MAX_HOPS && end > 0; hop++) {
            int comma = chain.lastIndexOf(",", end - 1);
            Optional<InetAddress> address =
                    Addresses.parse(withoutPort(chain.substring(comma + 1, end).strip()));
            if (address.isEmpty()) {
                return known;
            }
            known = address.get().getHostAddress();
            if (!Addresses.anyHolds(blocks, address.get())) {
                return known;
            }
            end = comma;
        }
        return known;
    }

    /** Some proxies append the port: {@code 192.0.2.1:4711} or {@code [2001:db8::1]:4711}. */
    private static String withoutPort(String hop) {
        if (hop.startsWith("[")) {
            int close = hop.indexOf(']');
            return close < 0 ? hop : hop.substring(1, close);
        }
        int colon = hop.indexOf(':');
        return colon >= 0 && hop.indexOf(':', colon + 1) < 0 ? hop.substring(0, colon) : hop;
    }
}
