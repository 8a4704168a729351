package io.infloop.core.internal.settings;

import io.infloop.core.internal.process.EnvPatterns;
import io.infloop.core.net.AddressBlock;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The types that settings have. */
final class SettingTypes {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,15})(ms|s|m|h|d)?");

    /** Any text. */
    static final SettingType<String> TEXT = type("text", (text, home) -> text, Function.identity());

    /** Any text, or none. */
    static final SettingType<Optional<String>> OPTIONAL_TEXT =
            type("text", (text, home) -> Optional.of(text), value -> value.orElse("unset"));

    /** Text that is not shown. */
    static final SettingType<Optional<String>> HIDDEN_TEXT =
            type("text", (text, home) -> Optional.of(text), value -> value.isPresent() ? "set" : "unset");

    /** {@code 1} or {@code 0}. */
    static final SettingType<Boolean> FLAG = type(
            "`1` or `0`",
            (text, home) -> switch (text) {
                case "1" -> true;
                case "0" -> false;
                default -> throw new UnusableValueException("must be 1 or 0");
            },
            value -> value ? "1" : "0");

    /** Milliseconds, or a number with a unit. */
    static final SettingType<Duration> DURATION_TYPE = type(
            "ms, or a number with `ms` `s` `m` `h` `d`",
            (text, home) -> duration(text),
            value -> value.isZero() ? "no limit" : value.toMillis() + " ms");

    /** An amount of money; 0 for no limit. */
    static final SettingType<Double> DOLLARS =
            type("US dollars", (text, home) -> dollars(text), value -> value == 0 ? "no limit" : value + " USD");

    /** One absolute path. */
    static final SettingType<Path> PATH = type("path", SettingTypes::path, Path::toString);

    /** Existing directories, separated by commas; empty when not set. */
    static final SettingType<List<Path>> DIRECTORIES = type(
            "existing directories, separated by commas",
            SettingTypes::directories,
            value -> value.isEmpty()
                    ? "unset"
                    : value.stream().map(Path::toString).collect(Collectors.joining(",")));

    /** Names of variables or prefixes ending in {@code *}, separated by commas; empty when not set. */
    static final SettingType<List<String>> ENV_PATTERNS = type(
            "names or prefixes ending in `*`, separated by commas",
            (text, home) -> patterns(text),
            value -> value.isEmpty() ? "unset" : String.join(",", value));

    /** Networks, separated by commas; empty when not set. */
    static final SettingType<List<AddressBlock>> NETWORKS = type(
            "networks like `10.0.0.0/8`, separated by commas",
            (text, home) -> networks(text),
            value -> value.isEmpty()
                    ? "unset"
                    : value.stream().map(AddressBlock::toString).collect(Collectors.joining(",")));

    private SettingTypes() {}

    /** A whole number; fractions are floored. */
    static SettingType<Long> integer(long smallest, long largest) {
        String label = largest == Long.MAX_VALUE
                ? "number, " + smallest + " or more"
                : "number, " + smallest + " to " + largest;
        return type(label, (text, home) -> integer(text, smallest, largest), String::valueOf);
    }

    /** One of the constants, in lower case. */
    static <E extends Enum<E>> SettingType<E> choice(Class<E> type) {
        List<E> constants = Arrays.asList(type.getEnumConstants());
        String words = constants.stream().map(SettingTypes::word).collect(Collectors.joining(", "));
        return type(
                constants.stream().map(constant -> "`" + word(constant) + "`").collect(Collectors.joining(" ")),
                (text, home) -> constants.stream()
                        .filter(constant -> word(constant).equals(text))
                        .findFirst()
                        .orElseThrow(() -> new UnusableValueException("must be one of " + words)),
                SettingTypes::word);
    }

    private static String word(Enum<?> constant) {
        return constant.toString().toLowerCase(Locale.ROOT);
    }

    private static long integer(String text, long smallest, long largest) throws UnusableValueException {
        try {
            double value = Double.parseDouble(text);
            if (Double.isFinite(value) && Math.floor(value) >= smallest && Math.floor(value) <= largest) {
                return text.matches("-?[0-9]+") ? Long.parseLong(text) : (long) Math.floor(value);
            }
        } catch (NumberFormatException notNumeric) {
            // refused below, like a number out of range
        }
        throw new UnusableValueException("must be a number from " + smallest + " to " + largest);
    }

    private static double dollars(String text) throws UnusableValueException {
        try {
            double value = Double.parseDouble(text);
            if (Double.isFinite(value) && value >= 0) {
                return value;
            }
        } catch (NumberFormatException notNumeric) {
            // refused below
        }
        throw new UnusableValueException(
                "must be a number of US dollars, 0 or more (0 for no limit); a budget that cannot be read is not ignored");
    }

    private static Duration duration(String text) throws UnusableValueException {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new UnusableValueException("must be a number of milliseconds, or a number with ms, s, m, h or d");
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
        return Duration.ofMillis(Math.min(number, Long.MAX_VALUE / 2_000_000 / factor) * factor);
    }

    static Path path(String text, String userHome) throws UnusableValueException {
        try {
            String expanded = text.equals("~") || text.startsWith("~/") ? userHome + text.substring(1) : text;
            return Path.of(expanded).toAbsolutePath().normalize();
        } catch (InvalidPathException unusable) {
            throw new UnusableValueException("is not a path");
        }
    }

    private static List<Path> directories(String text, String userHome) throws UnusableValueException {
        List<Path> directories = new ArrayList<>();
        for (String name : parts(text)) {
            boolean absolute = name.startsWith("/") || name.equals("~") || name.startsWith("~/");
            if (!absolute || !Files.isDirectory(path(name, userHome))) {
                throw new UnusableValueException("names " + name
                        + ", which is not an existing directory with an absolute path; create it or take it out");
            }
            directories.add(path(name, userHome));
        }
        if (directories.isEmpty()) {
            throw new UnusableValueException("names no directory; unset it to allow every directory, or name some");
        }
        return List.copyOf(directories);
    }

    private static List<AddressBlock> networks(String text) throws UnusableValueException {
        List<AddressBlock> networks = new ArrayList<>();
        for (String network : parts(text)) {
            try {
                networks.add(AddressBlock.parse(network));
            } catch (IllegalArgumentException unreadable) {
                throw new UnusableValueException("cannot be used: " + unreadable.getMessage());
            }
        }
        return List.copyOf(networks);
    }

    private static List<String> patterns(String text) throws UnusableValueException {
        List<String> patterns = parts(text);
        for (String pattern : patterns) {
            Optional<String> problem = EnvPatterns.problem(pattern);
            if (problem.isPresent()) {
                throw new UnusableValueException("cannot be used: " + problem.get());
            }
        }
        return patterns;
    }

    private static List<String> parts(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
    }

    private interface Parser<T> {
        T parse(String text, String userHome) throws UnusableValueException;
    }

    private static <T> SettingType<T> type(String label, Parser<T> parser, Function<T, String> show) {
        return new SettingType<>() {
            @Override
            public String label() {
                return label;
            }

            @Override
            public T parse(String text, String userHome) throws UnusableValueException {
                return parser.parse(text, userHome);
            }

            @Override
            public String show(T value) {
                return show.apply(value);
            }
        };
    }
}
