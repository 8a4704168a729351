package io.infloop.core.internal.settings;

import java.util.Optional;

/**
 * When a setting weakens the server.
 *
 * @param safeValue for the documentation: which value is safe
 * @param check judges the value, knowing the others
 */
record Safety<T>(String safeValue, Check<T> check) {
    /** Judges a value. */
    interface Check<T> {
        /** @return what to do about it; empty when the value is safe */
        Optional<String> advice(T value, ServerSettings all);
    }
}
