package io.infloop.core.internal.settings;

import java.util.Optional;

/**
 * One setting. Everything that is said of it anywhere comes from here: parsing, the report of {@code doctor}, the posture and
 * {@code docs/configuration.md}.
 *
 * @param name of the variable; one that ends in {@code <ID>} stands for all with the part before as prefix
 * @param meaning one sentence in Markdown
 * @param strict whether a value that cannot be read refuses the start; otherwise the default is taken with a warning
 * @param safety empty when no value weakens the server
 * @param <T> the value's type
 */
record Setting<T>(
        String name,
        SettingGroup group,
        SettingType<T> type,
        SettingDefault<T> standard,
        String meaning,
        boolean strict,
        Optional<Safety<T>> safety) {
    static final String PLACEHOLDER = "<ID>";

    static <T> Setting<T> of(
            SettingGroup group, String name, SettingType<T> type, SettingDefault<T> standard, String meaning) {
        return new Setting<>(name, group, type, standard, meaning, false, Optional.empty());
    }

    /** A value that cannot be read refuses the start. */
    Setting<T> refusing() {
        return new Setting<>(name, group, type, standard, meaning, true, safety);
    }

    Setting<T> judged(String safeValue, Safety.Check<T> check) {
        return new Setting<>(name, group, type, standard, meaning, strict, Optional.of(new Safety<>(safeValue, check)));
    }

    boolean isPrefix() {
        return name.endsWith(PLACEHOLDER);
    }

    String prefix() {
        return name.substring(0, name.length() - PLACEHOLDER.length());
    }

    /** Whether a variable of this name is this setting. */
    boolean matches(String variable) {
        return isPrefix()
                ? variable.startsWith(prefix()) && variable.length() > prefix().length()
                : variable.equals(name);
    }
}
