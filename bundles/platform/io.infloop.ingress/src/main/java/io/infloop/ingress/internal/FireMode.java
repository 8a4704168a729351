package io.infloop.ingress.internal;

/** Who fires a trigger. */
enum FireMode {
    /** A sender. */
    WEBHOOK("webhook"),
    /** An operator. */
    TEST("test"),
    /** An operator who wants a stored delivery to count once more: proven before, and never a repetition. */
    REPLAY("replay");

    private final String source;

    FireMode(String source) {
        this.source = source;
    }

    /** The queue item's source. */
    String source() {
        return source;
    }
}
