package io.infloop.core.internal.egress;

import java.net.URI;
import java.nio.file.Path;

/**
 * The proxy of one run or plugin: CONNECT and absolute-form plain HTTP, to what its policy allows. Thread-safe. Listens on a
 * loopback port, on a UNIX socket, or on both.
 */
public interface EgressSession extends AutoCloseable {
    /** Marks answers of the proxy itself; taken out of what servers answer to plain requests. Lower case. */
    String OWN_ANSWER_HEADER = "x-infloop-egress";

    /**
     * Listens on a random port of 127.0.0.1. Any local process could connect there, so a credential made for this session is asked
     * for. Idempotent.
     *
     * @return the proxy's address with the credential as user and password: a secret
     */
    URI listenOnLoopback() throws EgressException;

    /**
     * Listens on the UNIX socket {@code e.sock} in a directory, mode 0600, without a credential: who can open the file may use it.
     * The file is removed by {@link #close()}. At most once per session.
     *
     * @param directory exists; short, as the path of a socket has at most 107 bytes
     * @return the socket
     */
    Path listenOnSocket(Path directory) throws EgressException;

    /**
     * What {@code GET http://selftest.infloop.internal/} is answered with, by the proxy itself: random, new for each session. Known
     * to the run; proves that a request went through this proxy, nothing else.
     */
    String selfTestNonce();

    /** The secret behind {@code Proxy-Authorization: Bearer}, for clients that cannot use Basic; the password of the loopback address. */
    String credential();

    /** Requests denied since it was opened. */
    long denied();

    /** Stops listening and cuts all connections at once; nothing is carried any more when this returns. Idempotent. */
    @Override
    void close();
}
