package io.infloop.spi.observe;

import org.osgi.annotation.versioning.ProviderType;

/**
 * In service exactly as long as the server answers requests: it appears when every part is in its place and the port is open, and
 * is the first thing that goes when the server stops. Never in service while a command runs without a server.
 *
 * <p>A component that works on its own (polls something, keeps a connection) refers to it as mandatory and is then active for that
 * time only. A component that offers a contribution refers to it as optional and dynamic: the server waits for contributions before
 * it is ready, not the other way round.
 */
@ProviderType
public interface ServerReady {}
