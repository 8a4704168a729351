package io.infloop.core.internal.egress;

/** Learns what a session did not carry. Called on threads of the gateway: must be quick and must not throw. */
@FunctionalInterface
public interface EgressListener {
    EgressListener NONE = denial -> {};

    /** A rule was in the way. */
    void denied(EgressDenial denial);

    /**
     * No rule was in the way, but the host is unknown or does not answer.
     *
     * @param target {@code host:port}
     * @param sentence what happened, for people
     */
    default void unreachable(String target, String sentence) {}
}
