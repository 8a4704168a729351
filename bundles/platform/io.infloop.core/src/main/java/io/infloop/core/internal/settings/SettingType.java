package io.infloop.core.internal.settings;

/**
 * How the text of a setting becomes a value.
 *
 * @param <T> the value's type
 */
interface SettingType<T> {
    /** For the documentation, e.g. {@code number, 1 to 256}. */
    String label();

    /**
     * @param text without surrounding white space, not empty
     * @param userHome what a leading {@code ~} stands for
     * @throws UnusableValueException if the text is no such value
     */
    T parse(String text, String userHome) throws UnusableValueException;

    /** For people; never a secret. */
    default String show(T value) {
        return String.valueOf(value);
    }
}
