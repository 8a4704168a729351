package io.infloop.spi.provider;

/** A manifest is not usable; the message names the field, what is wrong with it and what is expected. */
public final class ManifestException extends Exception {
    private static final long serialVersionUID = 1L;

    public ManifestException(String message) {
        super(message);
    }
}
