package io.infloop.core.internal;

/** The server must not start: a configuration that cannot be honoured, or that would weaken security without being asked for. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;
    /** Exit code for a configuration error. */
    public static final int EXIT_CODE = 78;

    private final String reason;

    /**
     * @param reason for machines, e.g. {@code network-bind-without-token}
     * @param message for people: what is wrong and what to do
     */
    public Refusal(String reason, String message) {
        super(message);
        this.reason = reason;
    }

    public String reason() {
        return reason;
    }

    /** The single line for machines, then the message for people. */
    public String text() {
        return "refusing-to-start: " + reason + "\n" + getMessage();
    }
}
