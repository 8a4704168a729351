package io.infloop.core.internal.outbound;

import io.infloop.core.internal.egress.EgressDenial;
import io.infloop.core.internal.egress.EgressListener;
import io.infloop.core.internal.egress.EgressSession;
import io.infloop.core.internal.net.HostName;
import io.infloop.spi.http.HttpCallException;
import io.infloop.spi.http.HttpCallException.Reason;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * Why calls failed, in sentences. The JDK's client throws away what a proxy says when it refuses a tunnel, so the session tells it here
 * first.
 */
final class CallProblems implements EgressListener {
    private static final int REMEMBERED = 64;

    private final Map<String, HttpCallException> recent = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, HttpCallException> eldest) {
            return size() > REMEMBERED;
        }
    };

    @Override
    public void denied(EgressDenial denial) {
        remember(denial.target(), new HttpCallException(Reason.REFUSED, denial.sentence()));
    }

    @Override
    public void unreachable(String target, String sentence) {
        remember(target, new HttpCallException(Reason.UNREACHABLE, sentence));
    }

    private synchronized void remember(String target, HttpCallException problem) {
        recent.remove(target);
        recent.put(target, problem);
    }

    private synchronized Optional<HttpCallException> recall(URI uri) {
        return Optional.ofNullable(recent.get(target(uri)))
                .map(known -> new HttpCallException(known.reason(), known.getMessage(), known));
    }

    /** {@code host:port}, as the session calls it. */
    String target(URI uri) {
        boolean secure = uri.getScheme().toLowerCase(Locale.ROOT).equals("https");
        int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
        String host = uri.getHost();
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        String name = HostName.parse(bare).map(HostName::text).orElse(bare);
        return (name.indexOf(':') >= 0 ? "[" + name + "]" : name) + ":" + port;
    }

    /** An answer to a plain request may be the session's own. */
    void throwIfOurs(URI uri, HttpResponse<?> response) throws HttpCallException {
        if (uri.getScheme().toLowerCase(Locale.ROOT).equals("http")
                && response.headers()
                        .firstValue(EgressSession.OWN_ANSWER_HEADER)
                        .isPresent()) {
            throw recall(uri).orElseGet(() -> refusedTunnel(response.statusCode()));
        }
    }

    HttpCallException translate(URI uri, Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        if (message.startsWith("Tunnel failed")) {
            return recall(uri).orElseGet(() -> refusedTunnel(0));
        }
        if (failure instanceof HttpTimeoutException) {
            return new HttpCallException(Reason.TIMED_OUT, target(uri) + " did not answer in time", failure);
        }
        if (failure instanceof SSLException) {
            return new HttpCallException(
                    Reason.FAILED, "no secure connection to " + target(uri) + ": " + message, failure);
        }
        return new HttpCallException(
                Reason.FAILED, "the connection to " + target(uri) + " broke off: " + message, failure);
    }

    private static HttpCallException refusedTunnel(int status) {
        return new HttpCallException(
                Reason.REFUSED, "the server's egress rules refused the call" + (status == 0 ? "" : ": " + status));
    }
}
