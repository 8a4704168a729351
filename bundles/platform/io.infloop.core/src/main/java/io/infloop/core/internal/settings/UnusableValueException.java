package io.infloop.core.internal.settings;

/** The text of a setting cannot be read; the message says what it must be, as the rest of a sentence that begins with the name. */
final class UnusableValueException extends Exception {
    private static final long serialVersionUID = 1L;

    UnusableValueException(String message) {
        super(message);
    }
}
