package io.infloop.core.internal.net;

/** Makes what strangers sent fit for a log line. */
public final class Texts {
    private static final int MAX_LENGTH = 200;

    private Texts() {}

    /** Printable ASCII as it is, everything else and quotes as {@code ?}, cut to a sane length. */
    public static String shown(String text) {
        StringBuilder shown = new StringBuilder(Math.min(text.length(), MAX_LENGTH) + 3);
        for (int index = 0; index < text.length() && index < MAX_LENGTH; index++) {
            char character = text.charAt(index);
            shown.append(character < ' ' || character > '~' || character == '"' ? '?' : character);
        }
        return text.length() > MAX_LENGTH ? shown.append("...").toString() : shown.toString();
    }
}
