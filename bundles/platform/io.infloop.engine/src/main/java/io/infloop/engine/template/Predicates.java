package io.infloop.engine.template;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/** Comparisons of texts. Patterns are of RE2's syntax, searched for anywhere, in time linear in the text. */
public final class Predicates {
    private static final int MAX_PATTERN = 10_000;

    private Predicates() {}

    /** The outcome of a comparison. */
    public sealed interface Verdict permits Known, InvalidPattern {}

    public record Known(boolean holds) implements Verdict {}

    /** @param message what is wrong with the pattern */
    public record InvalidPattern(String message) implements Verdict {}

    public static boolean isOperator(String op) {
        return switch (op) {
            case "==", "!=", "contains", "matches" -> true;
            default -> false;
        };
    }

    /** @throws IllegalArgumentException if {@code op} is not an operator */
    public static Verdict test(String lhs, String op, String rhs) {
        return switch (op) {
            case "==" -> new Known(lhs.equals(rhs));
            case "!=" -> new Known(!lhs.equals(rhs));
            case "contains" -> new Known(lhs.contains(rhs));
            case "matches" -> matches(lhs, rhs);
            default -> throw new IllegalArgumentException("not an operator: " + op);
        };
    }

    private static Verdict matches(String text, String pattern) {
        if (pattern.length() > MAX_PATTERN) {
            return new InvalidPattern("invalid regex: longer than " + MAX_PATTERN + " characters");
        }
        if (PatternSize.of(pattern) > MAX_PATTERN) {
            return new InvalidPattern("invalid regex: its repetitions are too large");
        }
        try {
            return new Known(Pattern.compile(pattern).matcher(text).find());
        } catch (PatternSyntaxException invalid) {
            return new InvalidPattern("invalid regex: " + invalid.getDescription() + " (RE2 syntax)");
        } catch (StackOverflowError tooDeep) {
            return new InvalidPattern("invalid regex: nests too deeply");
        }
    }
}
