package io.infloop.core.internal.egress;

/** The only way out: opens one filtering proxy per run or plugin. Thread-safe. */
public interface EgressGateway {
    /**
     * Opens a session that listens nowhere yet. Does not block.
     *
     * @param listener told of what is not carried
     * @throws EgressException if the gateway is closed or cannot work; whoever needed the session must not run
     */
    EgressSession open(EgressPolicy policy, EgressOwner owner, EgressListener listener) throws EgressException;

    default EgressSession open(EgressPolicy policy, EgressOwner owner) throws EgressException {
        return open(policy, owner, EgressListener.NONE);
    }

    /** Requests denied since the start, by all sessions. */
    long denied();

    /** Connections open now, in all sessions. */
    int connections();
}
