package io.infloop.spi.signing;

/** A key could not be fetched. The message is one sentence for the audit. */
public final class KeyFetchException extends Exception {
    private static final long serialVersionUID = 1L;

    public KeyFetchException(String message) {
        super(message);
    }

    public KeyFetchException(String message, Throwable cause) {
        super(message, cause);
    }
}
