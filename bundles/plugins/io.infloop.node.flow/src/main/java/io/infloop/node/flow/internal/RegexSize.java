package io.infloop.node.flow.internal;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Estimates how large a pattern becomes when its counted repetitions are written out. It need not understand every syntax: the
 * estimate may be too high, never too low.
 */
final class RegexSize {
    /** Most steps a pattern may have when its repetitions are written out. */
    static final int MAX_STEPS = 10_000;

    private final String expression;
    private int at;

    private RegexSize(String expression) {
        this.expression = expression;
    }

    /** @throws IllegalArgumentException if the pattern is too large */
    static void check(String expression) {
        if (new RegexSize(expression).steps() > MAX_STEPS) {
            throw new IllegalArgumentException(
                    "the pattern's repetitions multiply to more than " + MAX_STEPS + " steps; use smaller counts");
        }
    }

    private long steps() {
        Deque<Long> outer = new ArrayDeque<>();
        long total = 0;
        long last = 0;
        while (at < expression.length()) {
            char c = expression.charAt(at);
            if (c == '{' && counts() > 0) {
                // The piece before is already in the total once.
                total = bounded(total + last * (counts() - 1));
                last = bounded(last * counts());
                at = expression.indexOf('}', at) + 1;
                continue;
            }
            switch (c) {
                case '(' -> {
                    outer.push(total);
                    total = 0;
                    last = 0;
                }
                case ')' -> {
                    last = total + 1;
                    total = bounded(last + (outer.isEmpty() ? 0 : outer.pop()));
                }
                case '*', '+', '?' -> {
                    last++;
                    total++;
                }
                case '\\' -> {
                    skipEscape();
                    last = 1;
                    total++;
                }
                case '[' -> {
                    skipClass();
                    last = 1;
                    total++;
                }
                default -> {
                    last = 1;
                    total++;
                }
            }
            at++;
        }
        while (!outer.isEmpty()) {
            total = bounded(total + outer.pop());
        }
        return total;
    }

    /** The larger count of {@code {n}}, {@code {n,}} or {@code {n,m}} at this place; 0 if there is none. */
    private long counts() {
        int end = expression.indexOf('}', at);
        if (end < 0) {
            return 0;
        }
        long most = 0;
        long number = 0;
        for (int i = at + 1; i < end; i++) {
            char c = expression.charAt(i);
            if (c == ',') {
                number = 0;
            } else if (c >= '0' && c <= '9') {
                number = bounded(number * 10 + (c - '0'));
                most = Math.max(most, number);
            } else {
                return 0;
            }
        }
        return most;
    }

    /** Stands on a backslash; stops on the last character of the escape. Quoted text must not pass for a class or a group. */
    private void skipEscape() {
        at++;
        if (at >= expression.length()) {
            return;
        }
        char c = expression.charAt(at);
        if (c == 'Q') {
            int end = expression.indexOf("\\E", at);
            at = end < 0 ? expression.length() : end + 1;
        } else if ((c == 'x' || c == 'p' || c == 'P') && expression.startsWith("{", at + 1)) {
            int end = expression.indexOf('}', at);
            at = end < 0 ? expression.length() : end;
        }
    }

    /** Stands on '['; stops on the ']' that closes it. */
    private void skipClass() {
        int start = at++;
        if (at < expression.length() && expression.charAt(at) == '^') {
            at++;
        }
        if (at < expression.length() && expression.charAt(at) == ']') {
            at++;
        }
        while (at < expression.length() && expression.charAt(at) != ']') {
            at += expression.charAt(at) == '\\' ? 2 : 1;
        }
        if (at >= expression.length()) {
            // Not closed, or not a class at all, e.g. in \Q[\E: count everything that follows.
            at = start;
        }
    }

    private static long bounded(long steps) {
        return Math.min(steps, 1L << 30);
    }
}
