package io.infloop.core.internal.egress;

import io.infloop.core.internal.net.HostName;
import java.util.Optional;

/** What a client asks the proxy for. */
sealed interface ProxyRequest {
    HostName host();

    int port();

    /** The value of {@code Proxy-Authorization}. */
    Optional<String> authorization();

    default String target() {
        String text = host().text();
        return (text.indexOf(':') >= 0 ? "[" + text + "]" : text) + ":" + port();
    }

    /** A tunnel. */
    record Connect(HostName host, int port, Optional<String> authorization) implements ProxyRequest {}

    /**
     * A plain request to pass on.
     *
     * @param head as the server shall get it
     * @param body what of the following bytes belongs to it
     */
    record Forward(
            HostName host,
            int port,
            Optional<String> authorization,
            String method,
            String path,
            byte[] head,
            RequestBody body)
            implements ProxyRequest {}
}
