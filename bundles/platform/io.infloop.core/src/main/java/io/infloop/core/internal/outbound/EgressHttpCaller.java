package io.infloop.core.internal.outbound;

import io.infloop.core.internal.egress.EgressException;
import io.infloop.core.internal.egress.EgressGateway;
import io.infloop.core.internal.egress.EgressOwner;
import io.infloop.core.internal.egress.EgressPolicy;
import io.infloop.core.internal.egress.EgressSession;
import io.infloop.spi.Registration;
import io.infloop.spi.http.HttpAnswer;
import io.infloop.spi.http.HttpCall;
import io.infloop.spi.http.HttpCallException;
import io.infloop.spi.http.HttpCallException.Reason;
import io.infloop.spi.http.HttpCaller;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Calls of one plugin: the JDK's client behind an egress session of its own, so that what is connected to is the address that the
 * session has checked.
 */
final class EgressHttpCaller implements HttpCaller, AutoCloseable {
    static final int AT_A_TIME = 64;

    private final EgressGateway gateway;
    private final EgressPolicy policy;
    private final String pluginId;
    private final ScheduledExecutorService timer;
    private final Supplier<HttpClient.Builder> clients;
    private final Semaphore slots = new Semaphore(AT_A_TIME);
    private final CallProblems problems = new CallProblems();
    private Way way;
    private boolean released;

    /** @param clients what the client is made from */
    EgressHttpCaller(
            EgressGateway gateway,
            EgressPolicy policy,
            String pluginId,
            ScheduledExecutorService timer,
            Supplier<HttpClient.Builder> clients) {
        this.clients = clients;
        this.gateway = gateway;
        this.policy = policy;
        this.pluginId = pluginId;
        this.timer = timer;
    }

    @Override
    public HttpAnswer call(HttpCall call) throws HttpCallException, InterruptedException {
        long end = System.nanoTime() + call.timeout().toNanos();
        Way open = way();
        if (!slots.tryAcquire(call.timeout().toNanos(), TimeUnit.NANOSECONDS)) {
            throw new HttpCallException(
                    Reason.TIMED_OUT,
                    AT_A_TIME
                            + " calls of the plugin are open, and none ended in time; close answers that are no longer needed");
        }
        CallGuard guard = new CallGuard(slots::release);
        boolean answered = false;
        try {
            HttpAnswer answer = send(call, open, guard, end);
            answered = true;
            return answer;
        } finally {
            if (!answered) {
                guard.close();
            }
        }
    }

    private HttpAnswer send(HttpCall call, Way open, CallGuard guard, long end)
            throws HttpCallException, InterruptedException {
        Duration left = Duration.ofNanos(Math.max(1, end - System.nanoTime()));
        CompletableFuture<HttpResponse<InputStream>> sending =
                open.client().sendAsync(request(call, open, left), BodyHandlers.ofInputStream());
        guard.whenGivenUp(() -> sending.cancel(true));
        Future<?> timeout = timer.schedule(
                () -> guard.giveUp(new HttpCallException(
                        Reason.TIMED_OUT,
                        problems.target(call.uri()) + " did not answer within "
                                + call.timeout().toMillis() + " ms")),
                left.toMillis(),
                TimeUnit.MILLISECONDS);
        guard.whenClosed(() -> timeout.cancel(false));
        Registration cancellation = call.cancellation()
                .onCancel(() -> guard.giveUp(new HttpCallException(Reason.CANCELLED, "the call was cancelled")));
        guard.whenClosed(cancellation::close);
        try {
            HttpResponse<InputStream> response = sending.get();
            problems.throwIfOurs(call.uri(), response);
            BoundedBody body = new BoundedBody(response.body(), call.responseBytes(), guard);
            return new EgressHttpAnswer(
                    response.statusCode(), response.headers().map(), body);
        } catch (InterruptedException interrupted) {
            sending.cancel(true);
            throw interrupted;
        } catch (ExecutionException failed) {
            guard.throwIfGivenUp();
            throw problems.translate(call.uri(), failed.getCause());
        } catch (CancellationException givenUp) {
            guard.throwIfGivenUp();
            throw new HttpCallException(Reason.CANCELLED, "the call was given up", givenUp);
        }
    }

    private static HttpRequest request(HttpCall call, Way open, Duration left) {
        HttpRequest.Builder request = HttpRequest.newBuilder(call.uri())
                .method(
                        call.method(),
                        call.body()
                                .map(HttpRequest.BodyPublishers::ofByteArray)
                                .orElseGet(HttpRequest.BodyPublishers::noBody))
                .timeout(left)
                // Goes to the proxy only. Not Basic: the JDK does not send that to a proxy it opens a tunnel through.
                .header("Proxy-Authorization", "Bearer " + open.session().credential());
        call.headers().forEach(header -> request.header(header.getKey(), header.getValue()));
        return request.build();
    }

    private synchronized Way way() throws HttpCallException {
        if (released) {
            throw new HttpCallException(Reason.REFUSED, "the plugin has released its caller");
        }
        if (way == null) {
            try {
                EgressSession session = gateway.open(policy, EgressOwner.plugin(pluginId), problems);
                URI proxy = session.listenOnLoopback();
                HttpClient client = clients.get()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .proxy(ProxySelector.of(new InetSocketAddress(proxy.getHost(), proxy.getPort())))
                        .build();
                way = new Way(session, client);
            } catch (EgressException failed) {
                throw new HttpCallException(
                        Reason.REFUSED, "the egress proxy failed to start: " + failed.getMessage(), failed);
            }
        }
        return way;
    }

    /** Cuts what is under way. */
    @Override
    public synchronized void close() {
        released = true;
        if (way != null) {
            way.session().close();
        }
    }

    private record Way(EgressSession session, HttpClient client) {}
}
