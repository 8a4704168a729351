package io.infloop.core.internal.egress;

import java.util.function.Consumer;

/** The only way out: opens one filtering proxy per run or plugin. Thread-safe. */
public interface EgressGateway {
    /**
     * Opens a session that listens nowhere yet. Does not block.
     *
     * @param onDenied told of each denial, on a thread of the gateway: must be quick and must not throw
     * @throws EgressException if the gateway is closed or cannot work; whoever needed the session must not run
     */
    EgressSession open(EgressPolicy policy, EgressOwner owner, Consumer<EgressDenial> onDenied) throws EgressException;

    default EgressSession open(EgressPolicy policy, EgressOwner owner) throws EgressException {
        return open(policy, owner, denial -> {});
    }

    /** Requests denied since the start, by all sessions. */
    long denied();

    /** Connections open now, in all sessions. */
    int connections();
}
