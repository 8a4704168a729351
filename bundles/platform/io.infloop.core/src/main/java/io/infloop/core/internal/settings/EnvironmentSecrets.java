package io.infloop.core.internal.settings;

import io.infloop.core.internal.secret.UrlSecrets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Finds the secrets among the variables that were handed over: a child may get them and print them. */
public final class EnvironmentSecrets {
    private static final List<String> TELLTALES =
            List.of("KEY", "TOKEN", "SECRET", "PASSW", "CREDENTIAL", "PRIVATE", "AUTH", "COOKIE", "SESSION");
    private static final List<String> LOCATIONS = List.of("_FILE", "_PATH", "_DIR", "_SOCK", "_URL", "_URI", "_HOST");
    private static final int SHORTEST = 8;

    private EnvironmentSecrets() {}

    /** Values of variables whose names speak of secrets, and passwords, tokens and parameters within addresses. */
    public static Set<String> in(Map<String, String> environment) {
        Set<String> secrets = new LinkedHashSet<>();
        environment.forEach((name, value) -> {
            String text = value.strip();
            if (speaksOfSecrets(name) && text.length() >= SHORTEST && !isHarmless(text)) {
                secrets.add(text);
            }
            secrets.addAll(UrlSecrets.in(text, EnvironmentSecrets::speaksOfSecrets));
        });
        return secrets;
    }

    private static boolean speaksOfSecrets(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        return TELLTALES.stream().anyMatch(upper::contains)
                && LOCATIONS.stream().noneMatch(upper::endsWith);
    }

    /** A number, or a file that exists. */
    private static boolean isHarmless(String text) {
        if (text.chars().allMatch(Character::isDigit)) {
            return true;
        }
        try {
            return text.startsWith("/") && Files.exists(Path.of(text));
        } catch (InvalidPathException noPath) {
            return false;
        }
    }
}
