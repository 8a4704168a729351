package io.infloop.core.internal.audit;

/**
 * What the next line of the chain refers to.
 *
 * @param seq the number of the line; 0 before the first one
 * @param mac its code; empty before the first line of a chain
 */
record Link(long seq, String mac) {
    static final Link START = new Link(0, "");
}
