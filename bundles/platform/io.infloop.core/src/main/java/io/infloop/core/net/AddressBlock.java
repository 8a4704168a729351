package io.infloop.core.net;

import io.infloop.core.internal.net.IpLiterals;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;

/** One address or a block of them in CIDR notation, IPv4 or IPv6. Immutable; equal blocks are those with the same addresses. */
public final class AddressBlock {
    private final byte[] network;
    private final int prefixLength;

    private AddressBlock(byte[] network, int prefixLength) {
        this.network = network;
        this.prefixLength = prefixLength;
    }

    /**
     * Reads {@code 192.0.2.7}, {@code 192.0.2.0/24}, {@code 2001:db8::1} or {@code 2001:db8::/32}. No name server is asked.
     *
     * @throws IllegalArgumentException if it is neither; the message says what is wrong
     */
    public static AddressBlock parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        Optional<InetAddress> parsed = IpLiterals.parse(address);
        if (parsed.isEmpty()) {
            throw new IllegalArgumentException(
                    "'" + shown(text) + "' is neither an IP address nor a block of addresses such as 192.0.2.0/24");
        }
        byte[] bytes = parsed.get().getAddress();
        int bits = bytes.length * 8;
        int length = slash < 0 ? bits : length(text, text.substring(slash + 1), bits);
        AddressBlock block = new AddressBlock(masked(bytes, length), length);
        if (!Arrays.equals(bytes, block.network)) {
            // Whoever writes this meant one of two things; the wider one must not be guessed.
            throw new IllegalArgumentException("'" + shown(text) + "' names an address inside the block; write " + block
                    + " for the block, or the address without '/'");
        }
        return block;
    }

    private static int length(String text, String digits, int bits) {
        boolean number = digits.length() <= 3
                && !digits.isEmpty()
                && digits.chars().allMatch(digit -> digit >= '0' && digit <= '9')
                && (digits.length() == 1 || digits.charAt(0) != '0');
        if (!number || Integer.parseInt(digits) > bits) {
            throw new IllegalArgumentException(
                    "'" + shown(text) + "' has no length between 0 and " + bits + " after the '/'");
        }
        return Integer.parseInt(digits);
    }

    private static byte[] masked(byte[] address, int length) {
        byte[] masked = address.clone();
        for (int index = 0; index < masked.length; index++) {
            int kept = Math.max(0, Math.min(8, length - index * 8));
            masked[index] &= (byte) (0xff << (8 - kept));
        }
        return masked;
    }

    private static String shown(String text) {
        String printable = text.replaceAll("[^\\x20-\\x7e]", "?");
        return printable.length() <= 60 ? printable : printable.substring(0, 60) + "…";
    }

    /** An IPv6 address that stands for an IPv4 one is that IPv4 address here. Otherwise the families never match. */
    public boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length != network.length) {
            return false;
        }
        int whole = prefixLength / 8;
        if (!Arrays.equals(bytes, 0, whole, network, 0, whole)) {
            return false;
        }
        int rest = prefixLength % 8;
        return rest == 0 || ((bytes[whole] ^ network[whole]) & (0xff << (8 - rest))) == 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressBlock block
                && prefixLength == block.prefixLength
                && Arrays.equals(network, block.network);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(network) + prefixLength;
    }

    /** In the notation of {@link #parse}; a block of one address as the address. */
    @Override
    public String toString() {
        try {
            String address = InetAddress.getByAddress(network).getHostAddress();
            return prefixLength == network.length * 8 ? address : address + "/" + prefixLength;
        } catch (java.net.UnknownHostException wrongLength) {
            throw new IllegalStateException(wrongLength);
        }
    }
}
