package io.infloop.launcher.cli;

import io.infloop.launcher.exit.CommandFailure;
import java.io.PrintStream;

/** How a command says that it cannot: to people on standard error, with {@code --json} to programs on standard output as well. */
public final class Failures {
    private static final String JSON = "--json";

    private Failures() {}

    /** Whether the arguments ask for JSON. Also right where they make no sense otherwise. */
    public static boolean wantJson(String... arguments) {
        for (String argument : arguments) {
            if (argument.equals(JSON)) {
                return true;
            }
        }
        return false;
    }

    /** @return the exit code */
    public static int report(PrintStream out, PrintStream err, boolean json, CommandFailure failure) {
        if (json) {
            out.println(failure.toJson());
        }
        err.println(failure.text());
        return failure.exitCode();
    }
}
