package io.infloop.ingress.internal;

import java.util.Locale;

/** The parts of the way of a delivery whose time is taken. */
enum Stage {
    /** From the first look at the request until its body is complete. */
    RECEIVE,
    SIGNATURE,
    /** Inflating, reading the event's type and ids, splitting a batch. */
    READ,
    /** Predicates. */
    MATCH,
    INPUTS;

    /** As in the record of the delivery. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
