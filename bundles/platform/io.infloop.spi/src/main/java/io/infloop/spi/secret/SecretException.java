package io.infloop.spi.secret;

/** A secret cannot be given. The message is for the operator: what is wrong with it and what to do; never its value. */
public class SecretException extends Exception {
    private static final long serialVersionUID = 1L;

    public SecretException(String message) {
        super(message);
    }
}
