package io.infloop.node.flow.internal;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.infloop.spi.Cancellation;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * Searches with RE2 syntax in time linear in the text, which may come from an untrusted sender. The pattern comes from the
 * workflow, and its expanded size is bounded too: {@code ((a{1000}){1000})} would need gigabytes.
 */
final class RegexSearch {
    /** Longest pattern, in characters. */
    static final int MAX_PATTERN_LENGTH = 2_000;

    private static final Duration TIME_LIMIT = Duration.ofSeconds(10);

    private final Pattern pattern;

    private RegexSearch(Pattern pattern) {
        this.pattern = pattern;
    }

    /** @throws IllegalArgumentException if it is not a pattern, or too large; the message says which */
    static RegexSearch compile(String expression) {
        if (expression.length() > MAX_PATTERN_LENGTH) {
            throw new IllegalArgumentException("the pattern is longer than " + MAX_PATTERN_LENGTH + " characters");
        }
        RegexSize.check(expression);
        try {
            return new RegexSearch(Pattern.compile(expression));
        } catch (PatternSyntaxException invalid) {
            throw new IllegalArgumentException(invalid.getMessage(), invalid);
        }
    }

    /**
     * The index of the first match anywhere in {@code text}.
     *
     * @throws IllegalStateException if it takes too long or is cancelled
     */
    OptionalInt find(String text, Cancellation cancellation) {
        Matcher matcher =
                pattern.matcher(new WatchedText(text, cancellation, System.nanoTime() + TIME_LIMIT.toNanos()));
        return matcher.find() ? OptionalInt.of(matcher.start()) : OptionalInt.empty();
    }

    /** A text that stops its reader when the time is up. */
    private static final class WatchedText implements CharSequence {
        private static final int READS_BETWEEN_CHECKS = 1 << 12;

        private final String text;
        private final Cancellation cancellation;
        private final long deadline;
        private int reads;

        WatchedText(String text, Cancellation cancellation, long deadline) {
            this.text = text;
            this.cancellation = cancellation;
            this.deadline = deadline;
        }

        @Override
        public char charAt(int index) {
            if (++reads % READS_BETWEEN_CHECKS == 0) {
                if (cancellation.isCancelled()) {
                    throw new IllegalStateException("aborted");
                }
                if (System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException("the search took longer than " + TIME_LIMIT.toSeconds()
                            + " s; use a simpler pattern or a shorter text");
                }
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
