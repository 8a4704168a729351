package io.infloop.core.internal.net;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What an IP address is for. Only {@link #PUBLIC} ones are somewhere on the Internet. */
public enum AddressKind {
    PUBLIC("public"),
    UNSPECIFIED("unspecified"),
    LOOPBACK("loopback"),
    PRIVATE("private"),
    LINK_LOCAL("link-local"),
    UNIQUE_LOCAL("unique-local"),
    /** Carrier-grade NAT. */
    SHARED("carrier-grade NAT"),
    MULTICAST("multicast"),
    BROADCAST("broadcast"),
    /** Where a cloud tells its machines their secrets. */
    METADATA("cloud metadata"),
    /** Documentation, benchmarks, discarded, or not given to anybody. */
    RESERVED("reserved");

    /** First match wins. */
    private static final List<Range> V4 = List.of(
            range(METADATA, "169.254.169.254", 32),
            range(METADATA, "169.254.170.2", 32),
            range(METADATA, "168.63.129.16", 32),
            range(METADATA, "100.100.100.200", 32),
            range(METADATA, "192.0.0.192", 32),
            range(UNSPECIFIED, "0.0.0.0", 8),
            range(PRIVATE, "10.0.0.0", 8),
            range(SHARED, "100.64.0.0", 10),
            range(LOOPBACK, "127.0.0.0", 8),
            range(LINK_LOCAL, "169.254.0.0", 16),
            range(PRIVATE, "172.16.0.0", 12),
            range(RESERVED, "192.0.0.0", 24),
            range(RESERVED, "192.0.2.0", 24),
            range(RESERVED, "192.88.99.0", 24),
            range(PRIVATE, "192.168.0.0", 16),
            range(RESERVED, "198.18.0.0", 15),
            range(RESERVED, "198.51.100.0", 24),
            range(RESERVED, "203.0.113.0", 24),
            range(MULTICAST, "224.0.0.0", 4),
            range(BROADCAST, "255.255.255.255", 32),
            range(RESERVED, "240.0.0.0", 4));

    private static final List<Range> V6 = List.of(
            range(METADATA, "fd00:ec2::254", 128),
            range(METADATA, "fd20:ce::254", 128),
            range(METADATA, "fd00:42::42", 128),
            range(UNSPECIFIED, "::", 128),
            range(LOOPBACK, "::1", 128),
            range(UNIQUE_LOCAL, "fc00::", 7),
            range(LINK_LOCAL, "fe80::", 10),
            range(PRIVATE, "fec0::", 10),
            range(MULTICAST, "ff00::", 8),
            // IETF protocol assignments: Teredo, benchmarks, ORCHID; what else lives there is not reached over HTTP.
            range(RESERVED, "2001::", 23),
            range(RESERVED, "2001:db8::", 32),
            range(RESERVED, "3fff::", 20));

    /** The only part of IPv6 that is given out to the public; everything outside of it that is not above is reserved. */
    private static final Range V6_PUBLIC = range(PUBLIC, "2000::", 3);

    private static final Range V4_MAPPED = new Range(PUBLIC, mappedPrefix(), 96);
    private static final Range NAT64 = range(PUBLIC, "64:ff9b::", 96);
    private static final Range SIX_TO_FOUR = range(PUBLIC, "2002::", 16);

    private final String text;

    AddressKind(String text) {
        this.text = text;
    }

    /** For people. */
    public String text() {
        return text;
    }

    public static AddressKind of(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == 4 ? ofV4(bytes) : ofV6(bytes);
    }

    private static AddressKind ofV4(byte[] bytes) {
        return first(V4, bytes).orElse(PUBLIC);
    }

    /** Where a form carries an IPv4 address, a translator or a tunnel delivers to that one: it decides. */
    private static AddressKind ofV6(byte[] bytes) {
        if (V4_MAPPED.contains(bytes) || NAT64.contains(bytes)) {
            return ofV4(Arrays.copyOfRange(bytes, 12, 16));
        }
        if (SIX_TO_FOUR.contains(bytes)) {
            return ofV4(Arrays.copyOfRange(bytes, 2, 6));
        }
        Optional<AddressKind> listed = first(V6, bytes);
        if (listed.isPresent()) {
            return listed.get();
        }
        if (!V6_PUBLIC.contains(bytes)) {
            return RESERVED;
        }
        return isIsatap(bytes) ? ofV4(Arrays.copyOfRange(bytes, 12, 16)) : PUBLIC;
    }

    /** An interface identifier of 0:5efe or 200:5efe and an IPv4 address. */
    private static boolean isIsatap(byte[] bytes) {
        return (bytes[8] == 0 || bytes[8] == 2) && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == (byte) 0xfe;
    }

    private static Optional<AddressKind> first(List<Range> ranges, byte[] bytes) {
        return ranges.stream()
                .filter(range -> range.contains(bytes))
                .map(Range::kind)
                .findFirst();
    }

    private static Range range(AddressKind kind, String prefix, int bits) {
        return new Range(kind, IpLiterals.parse(prefix).orElseThrow().getAddress(), bits);
    }

    /** Written out, because the JDK turns the text of such an address into an IPv4 one. */
    private static byte[] mappedPrefix() {
        byte[] prefix = new byte[16];
        prefix[10] = (byte) 0xff;
        prefix[11] = (byte) 0xff;
        return prefix;
    }

    private record Range(AddressKind kind, byte[] prefix, int bits) {
        boolean contains(byte[] address) {
            int whole = bits / 8;
            if (!Arrays.equals(address, 0, whole, prefix, 0, whole)) {
                return false;
            }
            int mask = 0xff << (8 - bits % 8);
            return bits % 8 == 0 || (address[whole] & mask & 0xff) == (prefix[whole] & mask & 0xff);
        }
    }
}
