package io.infloop.core.internal.process;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Patterns that select variables for a child: an exact name, or a prefix ending in {@code *}. */
public final class EnvPatterns {
    private static final Pattern GRAMMAR = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*\\*?");
    private static final String RESERVED = "INFLOOP_";

    private EnvPatterns() {}

    /** What is wrong with a pattern; empty if nothing. */
    public static Optional<String> problem(String pattern) {
        if (pattern.equals("*")) {
            return Optional.of("a lone * would give the child every variable; name the ones it needs");
        }
        if (!GRAMMAR.matcher(pattern).matches()) {
            return Optional.of("'" + printable(pattern) + "' is neither a variable's name nor a prefix ending in *");
        }
        return Optional.empty();
    }

    /** True for names and patterns of the server's own variables, which never reach a child. */
    public static boolean isReserved(String nameOrPattern) {
        return nameOrPattern.toUpperCase(Locale.ROOT).startsWith(RESERVED);
    }

    static boolean matchesAny(Collection<String> patterns, String name) {
        for (String pattern : patterns) {
            boolean matches = pattern.endsWith("*")
                    ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                    : name.equals(pattern);
            if (matches) {
                return true;
            }
        }
        return false;
    }

    private static String printable(String text) {
        String cut = text.length() > 60 ? text.substring(0, 60) + "…" : text;
        return cut.replaceAll("\\p{Cntrl}", "?");
    }
}
