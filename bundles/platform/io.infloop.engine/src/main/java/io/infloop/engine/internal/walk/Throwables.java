package io.infloop.engine.internal.walk;

/** What plugins throw, as text for people. */
final class Throwables {
    private static final int MAX = 4_000;

    private Throwables() {}

    static String message(Throwable thrown) {
        String message;
        try {
            message = thrown.getMessage();
        } catch (RuntimeException | StackOverflowError brokenToo) {
            message = null;
        }
        String name = thrown.getClass().getSimpleName();
        if (message == null || message.isBlank()) {
            return name;
        }
        // An Error's message alone ("com/acme/Missing") says nothing without its kind.
        String text = thrown instanceof Error ? name + ": " + message : message;
        return text.length() > MAX ? text.substring(0, MAX) + "…" : text;
    }
}
