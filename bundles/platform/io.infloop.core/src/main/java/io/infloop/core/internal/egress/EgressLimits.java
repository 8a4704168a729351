package io.infloop.core.internal.egress;

import java.time.Duration;

/**
 * Bounds of the proxy.
 *
 * @param sessionConnections open connections of one session; more are answered with 503
 * @param totalConnections open connections of all sessions; more are closed at once
 * @param headBytes size of the head of a request or of an answer
 * @param headTimeout for sending a complete head
 * @param lookupTimeout for finding a host's addresses
 * @param connectTimeout for one address
 * @param idleTimeout nothing in either direction
 * @param halfClosedTimeout nothing, after one side has ended its direction
 * @param lingerTimeout for reading what a client still sends after it was answered with an error
 */
record EgressLimits(
        int sessionConnections,
        int totalConnections,
        int headBytes,
        Duration headTimeout,
        Duration lookupTimeout,
        Duration connectTimeout,
        Duration idleTimeout,
        Duration halfClosedTimeout,
        Duration lingerTimeout) {
    /** The agent CLIs keep streams open that are silent for minutes. */
    static final EgressLimits DEFAULT = new EgressLimits(
            512,
            2_048,
            32 * 1024,
            Duration.ofSeconds(30),
            Duration.ofSeconds(20),
            Duration.ofSeconds(10),
            Duration.ofMinutes(15),
            Duration.ofMinutes(2),
            Duration.ofSeconds(2));
}
