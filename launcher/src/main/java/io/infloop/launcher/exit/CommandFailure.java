package io.infloop.launcher.exit;

import jakarta.json.Json;
import jakarta.json.JsonObject;

/** A command cannot do what it was asked; the message says why and what to do. */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Something was found, or did not go as it should. */
    public static final int FINDING = 1;
    /** The command line makes no sense. */
    public static final int USAGE = 2;
    /** No server is running. */
    public static final int NO_SERVER = 69;
    /** It cannot be done now; the next attempt may succeed. */
    public static final int TEMPORARY = 75;
    /** The configuration does not allow it. */
    public static final int CONFIGURATION = 78;

    private static final String REFUSING = "refusing-to-start: ";

    private final int exitCode;
    private final String reason;
    private final boolean start;

    public CommandFailure(int exitCode, String message) {
        this(exitCode, message, null);
    }

    public CommandFailure(int exitCode, String message, Throwable cause) {
        this(exitCode, reasonOf(exitCode), false, message, cause);
    }

    private CommandFailure(int exitCode, String reason, boolean start, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
        this.reason = reason;
        this.start = start;
    }

    /**
     * The program refuses to start, with {@link #CONFIGURATION}.
     *
     * @param reason for programs, e.g. {@code data-directory-not-writable}
     */
    public static CommandFailure refusal(String reason, String message) {
        return new CommandFailure(CONFIGURATION, reason, true, message, null);
    }

    /** The same with its cause. */
    public static CommandFailure refusal(String reason, String message, Throwable cause) {
        return new CommandFailure(CONFIGURATION, reason, true, message, cause);
    }

    /** What {@link #text} of a refusal gave, or a bundle says in the same form; another text is the message. */
    public static CommandFailure parse(int exitCode, String text) {
        int end = text.indexOf('\n');
        if (!isRefusal(text) || end < 0) {
            return new CommandFailure(exitCode, text);
        }
        return new CommandFailure(
                exitCode, text.substring(REFUSING.length(), end).strip(), true, text.substring(end + 1), null);
    }

    /** Whether a text has the form of {@link #text} of a refusal. */
    public static boolean isRefusal(String text) {
        return text.startsWith(REFUSING);
    }

    public int exitCode() {
        return exitCode;
    }

    /** For programs: one word that does not change. */
    public String reason() {
        return reason;
    }

    /** For the terminal. A refusal has its reason alone on the first line. */
    public String text() {
        return start ? REFUSING + reason + "\n" + getMessage() : "infloop: " + getMessage();
    }

    /** For standard output with {@code --json}. */
    public JsonObject toJson() {
        return Json.createObjectBuilder()
                .add("exit", exitCode)
                .add(
                        "refusal",
                        Json.createObjectBuilder().add("reason", reason).add("message", String.valueOf(getMessage())))
                .build();
    }

    private static String reasonOf(int exitCode) {
        return switch (exitCode) {
            case USAGE -> "usage";
            case NO_SERVER -> "no-server";
            case TEMPORARY -> "temporary";
            case CONFIGURATION -> "configuration";
            default -> "failed";
        };
    }
}
