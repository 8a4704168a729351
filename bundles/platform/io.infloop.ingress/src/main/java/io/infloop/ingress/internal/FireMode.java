package io.infloop.ingress.internal;

/** Who fires a trigger, and how far it may go. */
enum FireMode {
    /** A sender. */
    WEBHOOK("webhook"),
    /** An operator. */
    TEST("test"),
    /** An operator who wants to know what would happen. */
    DRY_RUN("test");

    private final String source;

    FireMode(String source) {
        this.source = source;
    }

    /** The queue item's source. */
    String source() {
        return source;
    }
}
