package io.infloop.host.internal.registry;

/** Where a plugin came from. */
public enum Origin {
    /** With the distribution. */
    SHIPPED,
    /** A jar of the operator. */
    JAR,
    /** A manifest file of the operator. */
    MANIFEST
}
