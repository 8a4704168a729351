package io.infloop.spi.http;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The way to reach other servers over HTTP. The server looks the host up itself, connects only to the addresses it has checked, bounds
 * the answer and audits what it refuses.
 *
 * <p>A plugin reaches public hosts only: whatever name leads to a loopback, private, link-local or otherwise special address is
 * refused. Redirects are not followed and cookies are not kept: a redirect is an answer with its status and {@code Location}.
 * Certificates are checked against the trust store of the server's Java runtime.
 *
 * <p>An OSGi service scoped to the asking bundle; its calls end when the bundle lets go of it. Thread-safe.
 */
@ProviderType
public interface HttpCaller {
    /**
     * Sends a request and waits for the head of the answer. If the calling thread is interrupted, the request is given up.
     *
     * @return to be closed, whatever its status; also statuses from 400 on are answers
     * @throws HttpCallException if there is no answer
     */
    HttpAnswer call(HttpCall call) throws HttpCallException, InterruptedException;
}
