package io.infloop.launcher.demo;

import java.io.PrintStream;
import java.util.Locale;

/** Where the demonstration and its live view print: whole lines in the order of the calls, whatever the thread. */
final class Terminal {
    private final PrintStream out;
    private boolean lineOpen;

    Terminal(PrintStream out) {
        this.out = out;
    }

    synchronized void println() {
        println("");
    }

    synchronized void println(String line) {
        close();
        out.println(line);
    }

    synchronized void printf(String format, Object... arguments) {
        close();
        out.printf(Locale.ROOT, format, arguments);
    }

    /** A piece of lines as it comes; each line begins with the prefix, and empty ones are left out. */
    synchronized void part(String prefix, String chunk) {
        String rest = chunk;
        while (!rest.isEmpty()) {
            int end = rest.indexOf('\n');
            String part = end < 0 ? rest : rest.substring(0, end);
            if (!lineOpen && !(part.isBlank() && end >= 0)) {
                out.print(prefix);
                lineOpen = true;
            }
            out.print(printable(part));
            if (end >= 0) {
                close();
            }
            rest = end < 0 ? "" : rest.substring(end + 1);
        }
        out.flush();
    }

    private void close() {
        if (lineOpen) {
            out.println();
            lineOpen = false;
        }
    }

    /** An agent's output must not steer the terminal. */
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
    }
}
