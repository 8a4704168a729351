package io.infloop.core.internal.http;

import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** A connector that never opens a port. Felix lists the addresses of all connectors; this one repeats that of the first. */
final class SilentConnector extends ServerConnector {
    SilentConnector(Server server) {
        super(server, 1, 1);
        for (Connector other : server.getConnectors()) {
            if (other instanceof ServerConnector real) {
                setHost(real.getHost());
                setPort(real.getPort());
                return;
            }
        }
    }

    @Override
    protected void doStart() {
        // nothing to open
    }

    @Override
    protected void doStop() {
        // nothing was opened
    }
}
