package io.infloop.core.net;

import io.infloop.core.internal.net.IpLiterals;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Addresses as containers and proxies write them. No name server is ever asked. */
public final class Addresses {
    private static final int MAX_LENGTH = 64;

    private Addresses() {}

    /** Brackets and the name of an interface do not matter; an IPv6 address that stands for an IPv4 one becomes that one. */
    public static Optional<InetAddress> parse(String text) {
        if (text.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        String address = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        int scope = address.indexOf('%');
        return IpLiterals.parse((scope < 0 ? address : address.substring(0, scope)).toLowerCase(Locale.ROOT));
    }

    /** Whether one of the blocks holds the address; an address that cannot be read is in none. */
    public static boolean anyHolds(List<AddressBlock> blocks, String address) {
        Optional<InetAddress> parsed = parse(address);
        return parsed.isPresent() && anyHolds(blocks, parsed.get());
    }

    static boolean anyHolds(List<AddressBlock> blocks, InetAddress address) {
        for (AddressBlock block : blocks) {
            if (block.contains(address)) {
                return true;
            }
        }
        return false;
    }
}
