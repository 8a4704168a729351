package io.infloop.signing.declarative.internal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** How bytes are written. Only the one canonical form of the bytes is accepted. */
enum Encoding {
    HEX_LOWER,
    HEX_ANY,
    BASE64,
    /** As senders write it: without padding. */
    BASE64URL;

    /** Reads {@code encoding} and {@code hexCase}. */
    static Encoding read(Block block) {
        String name = block.text("encoding");
        if (block.has("hexCase") && !name.equals("hex")) {
            throw block.wrong("hexCase", "only for the encoding hex");
        }
        switch (name) {
            case "hex" -> {
                String hexCase = block.optionalText("hexCase").orElse("lower");
                if (!hexCase.equals("lower") && !hexCase.equals("any")) {
                    throw block.wrong("hexCase", "expected lower or any");
                }
                return hexCase.equals("any") ? HEX_ANY : HEX_LOWER;
            }
            case "base64" -> {
                return BASE64;
            }
            case "base64url" -> {
                return BASE64URL;
            }
            default -> throw block.wrong("encoding", "expected hex, base64 or base64url");
        }
    }

    String encode(byte[] bytes) {
        return switch (this) {
            case HEX_LOWER, HEX_ANY -> HexFormat.of().formatHex(bytes);
            case BASE64 -> Base64.getEncoder().encodeToString(bytes);
            case BASE64URL -> Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        };
    }

    /** The bytes of {@code text} from an index on; null unless they are written in canonical form, and at most {@code most}. */
    byte[] decode(String text, int from, int most) {
        return switch (this) {
            case HEX_LOWER -> hex(text, from, most, false);
            case HEX_ANY -> hex(text, from, most, true);
            case BASE64 -> canonical(text.substring(from), most, Base64.getDecoder(), Base64.getEncoder());
            case BASE64URL ->
                canonical(
                        text.substring(from),
                        most,
                        Base64.getUrlDecoder(),
                        Base64.getUrlEncoder().withoutPadding());
        };
    }

    private static byte[] hex(String text, int from, int most, boolean upperCase) {
        int digits = text.length() - from;
        if (digits == 0 || digits % 2 != 0 || digits > 2 * most) {
            return null;
        }
        byte[] bytes = new byte[digits / 2];
        for (int i = 0; i < bytes.length; i++) {
            int high = digit(text.charAt(from + 2 * i), upperCase);
            int low = digit(text.charAt(from + 2 * i + 1), upperCase);
            if (high < 0 || low < 0) {
                return null;
            }
            bytes[i] = (byte) (high << 4 | low);
        }
        return bytes;
    }

    private static int digit(char c, boolean upperCase) {
        return HexFormat.isHexDigit(c) && (upperCase || c < 'A' || c > 'F') ? HexFormat.fromHexDigit(c) : -1;
    }

    private static byte[] canonical(String text, int most, Base64.Decoder decoder, Base64.Encoder encoder) {
        if (text.isEmpty() || text.length() > 2 * most + 4) {
            return null;
        }
        byte[] bytes;
        try {
            bytes = decoder.decode(text);
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
        // The decoder takes missing padding and stray bits at the end; what was sent must be what the bytes encode to.
        byte[] again = encoder.encode(bytes);
        return bytes.length <= most && Arrays.equals(again, text.getBytes(StandardCharsets.UTF_8)) ? bytes : null;
    }
}
