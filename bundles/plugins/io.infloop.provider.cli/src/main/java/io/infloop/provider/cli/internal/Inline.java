package io.infloop.provider.cli.internal;

/** Text of any size on one short line. */
final class Inline {
    private static final int LENGTH_MAX = 200;

    private Inline() {}

    static String of(String text) {
        // Cut first: a tool's result may have megabytes.
        boolean longer = text.codePointCount(0, Math.min(text.length(), 2 * LENGTH_MAX + 2)) > LENGTH_MAX;
        String shown = longer ? text.substring(0, text.offsetByCodePoints(0, LENGTH_MAX)) : text;
        return shown.replace("\r\n", "↵").replace('\n', '↵').replace('\r', '↵') + (longer ? "…" : "");
    }

    /** At most {@code length} characters, never half of one. */
    static String cut(String text, int length) {
        int end = Math.min(length, text.length());
        return text.substring(0, end > 0 && Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
    }
}
