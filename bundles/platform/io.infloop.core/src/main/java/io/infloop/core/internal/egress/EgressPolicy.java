package io.infloop.core.internal.egress;

import io.infloop.core.internal.net.AddressKind;
import io.infloop.core.internal.net.HostName;
import io.infloop.core.internal.net.HostPattern;
import java.net.InetAddress;
import java.util.List;

/**
 * Where a session may connect to. Addresses that are not public are refused, whatever name led there, unless that very address is
 * listed.
 *
 * @param listed hosts and addresses that are allowed by name
 * @param anyPublicHost whether every other host is allowed too, as long as its addresses are public
 */
public record EgressPolicy(List<HostPattern> listed, boolean anyPublicHost) {
    /** Nothing is allowed. */
    public static final EgressPolicy NOTHING = new EgressPolicy(List.of(), false);
    /** Every host whose addresses are public. */
    public static final EgressPolicy PUBLIC_HOSTS = new EgressPolicy(List.of(), true);

    public EgressPolicy {
        listed = List.copyOf(listed);
    }

    /**
     * An allow-list.
     *
     * @param hosts exact, {@code *.domain} or an IP address
     * @throws IllegalArgumentException if an entry is not one of these; the message is a sentence
     */
    public static EgressPolicy allowing(List<String> hosts) {
        return new EgressPolicy(hosts.stream().map(HostPattern::parse).toList(), false);
    }

    boolean allows(HostName host) {
        return anyPublicHost || listed.stream().anyMatch(pattern -> pattern.matches(host));
    }

    boolean allows(InetAddress address) {
        return AddressKind.of(address) == AddressKind.PUBLIC
                || listed.stream().anyMatch(pattern -> pattern.isAddress(address));
    }
}
