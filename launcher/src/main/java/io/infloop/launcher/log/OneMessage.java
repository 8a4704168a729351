package io.infloop.launcher.log;

/**
 * How a logged message looks, whoever chose parts of it: only its first line begins at the margin, so that nothing in a name, an id or
 * the message of an exception can pass for a message of its own; and nothing in it moves the cursor of a terminal.
 */
final class OneMessage {
    private static final char STAND_IN = '\ufffd';

    private OneMessage() {}

    /** @param text with the end of the line that ends the message, if there is one */
    static String of(String text) {
        if (isPlain(text)) {
            return text;
        }
        int end = text.length();
        StringBuilder message = new StringBuilder(end + 16);
        for (int index = 0; index < end; index++) {
            char letter = text.charAt(index);
            if (!endsLine(letter)) {
                message.append(moves(letter) ? STAND_IN : letter);
                continue;
            }
            if (letter == '\r' && index + 1 < end && text.charAt(index + 1) == '\n') {
                index++;
            }
            message.append('\n');
            if (index + 1 < end && !isIndented(text.charAt(index + 1))) {
                message.append("    ");
            }
        }
        return message.toString();
    }

    private static boolean isPlain(String text) {
        int end = text.endsWith("\n") ? text.length() - 1 : text.length();
        for (int index = 0; index < end; index++) {
            char letter = text.charAt(index);
            if (endsLine(letter) || moves(letter)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isIndented(char first) {
        return first == ' ' || first == '\t';
    }

    /** To a program that reads the log, or to a terminal that shows it. */
    private static boolean endsLine(char letter) {
        return switch (letter) {
            case '\n', '\r', '\u000b', '\f', '\u0085', '\u2028', '\u2029' -> true;
            default -> false;
        };
    }

    /** Control characters, and what reverses the direction of writing. */
    private static boolean moves(char letter) {
        return letter != '\t'
                && (letter < ' '
                        || (letter >= 0x7f && letter < 0xa0)
                        || (letter >= '\u202a' && letter <= '\u202e')
                        || (letter >= '\u2066' && letter <= '\u2069'));
    }
}
