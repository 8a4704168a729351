package io.infloop.core.internal.settings;

import io.infloop.core.internal.Refusal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Typed access to variables; collects what was wrong with them. */
final class EnvironmentValues {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,15})(ms|s|m|h|d)?");

    private final Map<String, String> environment;
    private final List<String> warnings = new ArrayList<>();

    EnvironmentValues(Map<String, String> environment) {
        this.environment = environment;
    }

    List<String> warnings() {
        return warnings;
    }

    void warn(String message) {
        warnings.add(message);
    }

    /** Without surrounding white space; an empty one counts as not set. */
    Optional<String> text(String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    long integer(String name, long fallback, long smallest, long largest) {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return fallback;
        }
        try {
            double value = Double.parseDouble(text.get());
            if (Double.isFinite(value) && Math.floor(value) >= smallest && Math.floor(value) <= largest) {
                return text.get().matches("-?[0-9]+") ? Long.parseLong(text.get()) : (long) Math.floor(value);
            }
        } catch (NumberFormatException notNumeric) {
            // falls back like a number out of range
        }
        warn(name + " must be a number from " + smallest + " to " + largest + "; using " + fallback);
        return fallback;
    }

    /** A ceiling whose default is none: nonsense must not silently mean none. */
    double ceiling(String name) {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return 0;
        }
        try {
            double value = Double.parseDouble(text.get());
            if (Double.isFinite(value) && value >= 0) {
                return value;
            }
        } catch (NumberFormatException notNumeric) {
            // refused below
        }
        throw new Refusal(
                "invalid-setting",
                name
                        + " must be a number of US dollars, 0 or more (0 for no limit); a budget that cannot be read is not"
                        + " ignored: correct or unset it");
    }

    /** Milliseconds, or a number with the unit ms, s, m, h or d. */
    long milliseconds(String name, long fallback) {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return fallback;
        }
        Matcher matcher = DURATION.matcher(text.get());
        if (!matcher.matches()) {
            warn(name + " must be a number of milliseconds, or a number with ms, s, m, h or d; using " + fallback);
            return fallback;
        }
        long number = Long.parseLong(matcher.group(1));
        String unit = matcher.group(2) == null ? "ms" : matcher.group(2);
        long factor =
                switch (unit) {
                    case "s" -> 1_000;
                    case "m" -> 60_000;
                    case "h" -> 3_600_000;
                    case "d" -> 86_400_000;
                    default -> 1;
                };
        return Math.min(number, Long.MAX_VALUE / 2_000_000 / factor) * factor;
    }

    /** An absolute, normalised path; a leading {@code ~/} is the home directory. */
    Path directory(String name, Path fallback) {
        return text(name).map(text -> path(name, text)).orElse(fallback);
    }

    Path path(String name, String text) {
        try {
            String expanded = text.equals("~") || text.startsWith("~/") ? home() + text.substring(1) : text;
            return Path.of(expanded).toAbsolutePath().normalize();
        } catch (InvalidPathException unusable) {
            throw new Refusal("invalid-setting", name + " is not a path; correct or unset it");
        }
    }

    String home() {
        return text("HOME").orElseGet(() -> System.getProperty("user.home", "/"));
    }
}
