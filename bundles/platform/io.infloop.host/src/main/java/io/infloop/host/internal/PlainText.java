package io.infloop.host.internal;

/** Makes names and messages from outside fit for a line of a log or a list: nothing in them ends the line or rules the terminal. */
public final class PlainText {
    private static final char REPLACEMENT = '?';

    private PlainText() {}

    /** The text with {@code ?} for every character that is not shown: control and format characters, line ends, half pairs. */
    public static String of(String text) {
        if (text.codePoints().allMatch(PlainText::isShown)) {
            return text;
        }
        StringBuilder plain = new StringBuilder(text.length());
        text.codePoints().forEach(c -> plain.appendCodePoint(isShown(c) ? c : REPLACEMENT));
        return plain.toString();
    }

    private static boolean isShown(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> true;
        };
    }
}
