package io.infloop.core.internal.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads IP addresses in their normal notation only, and never asks a name server. */
public final class IpLiterals {
    private static final Pattern V4 = Pattern.compile("(?:(?:0|[1-9][0-9]{0,2})\\.){3}(?:0|[1-9][0-9]{0,2})");
    private static final Pattern V6_CHARACTERS = Pattern.compile("[0-9a-f:]+(?:[0-9]{1,3}\\.[0-9.]+)?");

    private IpLiterals() {}

    public static Optional<InetAddress> parse(String text) {
        if (text.indexOf(':') < 0) {
            return v4(text);
        }
        // No scope (%eth0): it names an interface of this machine. A text with a colon is never looked up by the JDK.
        if (!V6_CHARACTERS.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(text));
        } catch (UnknownHostException noAddress) {
            return Optional.empty();
        }
    }

    private static Optional<InetAddress> v4(String text) {
        if (!V4.matcher(text).matches()) {
            return Optional.empty();
        }
        String[] parts = text.split("\\.");
        byte[] bytes = new byte[4];
        for (int index = 0; index < 4; index++) {
            int part = Integer.parseInt(parts[index]);
            if (part > 255) {
                return Optional.empty();
            }
            bytes[index] = (byte) part;
        }
        try {
            return Optional.of(InetAddress.getByAddress(bytes));
        } catch (UnknownHostException wrongLength) {
            throw new AssertionError(wrongLength);
        }
    }
}
