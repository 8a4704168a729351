package io.infloop.host;

/** No plugin offers what was asked for at this moment; the message says what and, where known, why. */
public final class ContributionUnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    public ContributionUnavailableException(String message) {
        super(message);
    }
}
