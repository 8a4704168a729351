package io.infloop.rest.internal;

/** Where a login may lead: to a path of this server, whatever a link that somebody sent around says. */
final class LocalPath {
    private static final int MAX_LENGTH = 2_048;
    private static final String FRONT = "/";

    private LocalPath() {}

    /** The path if it is one of ours, the front page otherwise. @param next may be {@code null} */
    static String orFront(String next) {
        return next != null && isLocal(next) ? next : FRONT;
    }

    /** Browsers take two slashes, and a backslash for a slash, for the beginning of a host's name; and they drop control characters. */
    private static boolean isLocal(String next) {
        return next.length() <= MAX_LENGTH
                && next.startsWith("/")
                && !next.startsWith("//")
                && next.chars().allMatch(character -> character > ' ' && character < 0x7f && character != '\\');
    }
}
