package io.infloop.store.internal;

/** A file is not used; the message completes the sentence "the file …". */
final class RefusedFileException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedFileException(String message) {
        super(message);
    }
}
