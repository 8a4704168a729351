package io.infloop.engine.template;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Estimates how large a pattern becomes when its repetitions are written out, which is what compiling does: a few nested {@code {1,50}}
 * are a short pattern that fills all memory. Never too low for a valid pattern; says nothing about validity.
 */
final class PatternSize {
    private static final long CEILING = 1L << 40;

    private final String pattern;
    private int at;
    /** Of what stands before the last piece, per open group. */
    private final Deque<Long> outer = new ArrayDeque<>();

    private long before;
    private long last;

    private PatternSize(String pattern) {
        this.pattern = pattern;
    }

    static long of(String pattern) {
        return new PatternSize(pattern).measure();
    }

    private long measure() {
        while (at < pattern.length()) {
            char c = pattern.charAt(at);
            switch (c) {
                case '\\' -> escape();
                case '[' -> characterClass();
                case '(' -> {
                    outer.push(before + last);
                    before = 0;
                    last = 0;
                    at++;
                }
                case ')' -> {
                    last = before + last + 2;
                    before = outer.isEmpty() ? 0 : outer.pop();
                    at++;
                }
                case '{' -> repetition();
                default -> piece(1, at + 1);
            }
        }
        long size = before + last;
        while (!outer.isEmpty()) {
            size += outer.pop();
        }
        return size;
    }

    private void piece(long size, int next) {
        before += last;
        last = size;
        at = next;
    }

    private void escape() {
        if (pattern.startsWith("\\Q", at)) {
            int end = pattern.indexOf("\\E", at);
            int next = end < 0 ? pattern.length() : end + 2;
            piece(next - at, next);
        } else {
            piece(1, Math.min(pattern.length(), at + 2));
        }
    }

    private void characterClass() {
        int end = at + 1;
        if (end < pattern.length() && pattern.charAt(end) == '^') {
            end++;
        }
        if (end < pattern.length() && pattern.charAt(end) == ']') {
            end++;
        }
        while (end < pattern.length() && pattern.charAt(end) != ']') {
            end += pattern.charAt(end) == '\\' ? 2 : 1;
        }
        piece(1, Math.min(pattern.length(), end + 1));
    }

    /** {@code {n}}, {@code {n,}} or {@code {n,m}}; anything else is a brace. */
    private void repetition() {
        int end = pattern.indexOf('}', at);
        String[] counts =
                end < 0 ? new String[0] : pattern.substring(at + 1, end).split(",", -1);
        long most = 0;
        for (String count : counts) {
            boolean isNumber = count.length() <= 4 && count.chars().allMatch(c -> c >= '0' && c <= '9');
            if (!isNumber || counts.length > 2 || counts[0].isEmpty()) {
                piece(1, at + 1);
                return;
            }
            most = Math.max(most, count.isEmpty() ? 0 : Long.parseLong(count));
        }
        if (counts.length == 0) {
            piece(1, at + 1);
            return;
        }
        last = Math.min(CEILING, Math.max(1, last) * Math.max(1, most + 1));
        at = end + 1;
    }
}
