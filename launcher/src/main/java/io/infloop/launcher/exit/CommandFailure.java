package io.infloop.launcher.exit;

/** A command cannot do what it was asked; the message says why and what to do. */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Something was found, or did not go as it should. */
    public static final int FINDING = 1;
    /** The command line makes no sense. */
    public static final int USAGE = 2;
    /** No server is running. */
    public static final int NO_SERVER = 69;
    /** The configuration does not allow it. */
    public static final int CONFIGURATION = 78;

    private final int exitCode;

    public CommandFailure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    public CommandFailure(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }
}
