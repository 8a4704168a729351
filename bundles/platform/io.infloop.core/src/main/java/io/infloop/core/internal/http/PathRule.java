package io.infloop.core.internal.http;

/** Refuses paths that two readers could understand in two ways; guessing is how doors are walked around. */
final class PathRule {
    private PathRule() {}

    /** @param path as it was sent, not decoded */
    static boolean isPlain(String path) {
        if (!path.startsWith("/")) {
            return false;
        }
        for (int index = 0; index < path.length(); index++) {
            char character = path.charAt(index);
            if (character <= ' ' || character >= 0x7f || character == '\\' || character == ';') {
                return false;
            }
            if (character == '%' && isAmbiguousEscape(path, index)) {
                return false;
            }
            if (character == '/' && !isPlainSegment(path, index + 1)) {
                return false;
            }
        }
        return true;
    }

    /**
     * An encoded slash, backslash, dot, semicolon, percent sign or control character; and what nobody has to encode: the servlets are
     * found by the decoded path, so that {@code /%61pi/x} would reach one of the API past the rules for {@code /api/}.
     */
    private static boolean isAmbiguousEscape(String path, int percent) {
        char first = percent + 1 < path.length() ? path.charAt(percent + 1) : 0;
        char second = percent + 2 < path.length() ? Character.toLowerCase(path.charAt(percent + 2)) : 0;
        return switch (first) {
            case '0', '1' -> true;
            case '2' -> second == 'f' || second == 'e' || second == 'd' || second == '5';
            case '3' -> second == 'b' || Character.digit(second, 10) >= 0;
            case '4', '6' -> second != '0';
            case '5' -> second == 'c' || second == 'f' || isUpToZ(second);
            case '7' -> second == 'f' || isUpToZ(second);
            default -> false;
        };
    }

    /** Of the second half of the letters, which ends with 5A and 7A. */
    private static boolean isUpToZ(char second) {
        return Character.digit(second, 10) >= 0 || second == 'a';
    }

    /** Not empty, except for the last one, and neither one dot nor two. */
    private static boolean isPlainSegment(String path, int start) {
        int end = start;
        while (end < path.length() && end - start < 3 && path.charAt(end) != '/') {
            end++;
        }
        return switch (end - start) {
            case 0 -> end == path.length();
            case 1 -> path.charAt(start) != '.';
            case 2 -> path.charAt(start) != '.' || path.charAt(start + 1) != '.';
            default -> true;
        };
    }
}
