package io.infloop.core.internal;

/**
 * The server must not start: a configuration that cannot be honoured, or that would weaken security without being asked for, or
 * circumstances that do not let it serve now.
 */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;
    /** Exit code for a configuration error. */
    public static final int EXIT_CODE = 78;

    /** Exit code for something that may be otherwise at the next attempt. */
    public static final int TEMPORARY_EXIT_CODE = 75;

    private final int exitCode;
    private final String reason;

    /**
     * @param reason for machines, e.g. {@code network-bind-without-token}
     * @param message for people: what is wrong and what to do
     */
    public Refusal(String reason, String message) {
        this(EXIT_CODE, reason, message);
    }

    private Refusal(int exitCode, String reason, String message) {
        super(message);
        this.exitCode = exitCode;
        this.reason = reason;
    }

    /** The configuration is well but the server cannot serve now, e.g. a port is taken: a service manager may try again. */
    public static Refusal temporary(String reason, String message) {
        return new Refusal(TEMPORARY_EXIT_CODE, reason, message);
    }

    public int exitCode() {
        return exitCode;
    }

    public String reason() {
        return reason;
    }

    /** The single line for machines, then the message for people. */
    public String text() {
        return "refusing-to-start: " + reason + "\n" + getMessage();
    }
}
