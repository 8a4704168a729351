package io.infloop.core.internal.settings;

import java.nio.file.Path;
import java.util.function.Function;

/**
 * What a setting is when nobody sets it.
 *
 * @param text for the documentation
 * @param value may depend on where data and distribution are
 */
record SettingDefault<T>(String text, Function<Locations, T> value) {
    /** Where the data and the distribution are; both absolute. */
    record Locations(Path data, Path home) {}

    static <T> SettingDefault<T> of(String text, T value) {
        return new SettingDefault<>(text, locations -> value);
    }

    static <T> SettingDefault<T> unset(T value) {
        return of("unset", value);
    }

    static SettingDefault<Long> number(long value) {
        return of(Long.toString(value), value);
    }

    static SettingDefault<Path> underData(String name) {
        return new SettingDefault<>(
                "<data>/" + name, locations -> locations.data().resolve(name));
    }
}
