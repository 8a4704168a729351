package io.infloop.rest.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.event.EventHub;
import io.infloop.core.http.RequestFacts;
import io.infloop.core.instance.ServerInstance;
import io.infloop.engine.Runs;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletAsyncSupported;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /api/events}: what happens, as server-sent events. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/api/events")
@HttpWhiteboardServletAsyncSupported
public final class EventsServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(EventsServlet.class);
    private static final int MAX_CLIENTS = 200;
    private static final int KEEP_ALIVE_SECONDS = 25;

    private static final int STUCK_CHECK_SECONDS = 5;

    private final transient EventHub hub;
    private final transient ServerInstance instance;
    private final transient Snapshots snapshots;
    /** Those whose thread is still stuck in a write included: they count until it is free. */
    private final transient Set<EventStream> clients = ConcurrentHashMap.newKeySet();

    private final transient ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(threads("event-clients"));
    /** A client that takes nothing holds its thread until its connection times out: at most two threads per client. */
    private final transient ExecutorService writers = Executors.newCachedThreadPool(threads("event-writer"));

    @Activate
    public EventsServlet(@Reference EventHub hub, @Reference Runs runs, @Reference ServerInstance instance) {
        this.hub = hub;
        this.instance = instance;
        this.snapshots = new Snapshots(hub, withEvents -> RunJson.masked(runs.snapshot(withEvents)), System::nanoTime);
        List<ScheduledFuture<?>> untilStopped = List.of(
                timer.scheduleAtFixedRate(this::keepAlive, KEEP_ALIVE_SECONDS, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS),
                timer.scheduleAtFixedRate(
                        () -> check(System.nanoTime()), STUCK_CHECK_SECONDS, STUCK_CHECK_SECONDS, TimeUnit.SECONDS));
        LOG.debug("keep-alive every {} s until stopped: {}", KEEP_ALIVE_SECONDS, untilStopped);
    }

    private static ThreadFactory threads(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    @Deactivate
    void stop() {
        timer.shutdownNow();
        clients.forEach(EventStream::close);
        writers.shutdownNow();
    }

    void keepAlive() {
        clients.forEach(client -> writers.execute(client::keepAlive));
    }

    /** Drops clients that are stuck, and states that nobody can use any more. */
    void check(long nowNanos) {
        clients.forEach(client -> client.closeIfStuck(nowNanos));
        snapshots.forgetOld();
    }

    int clientCount() {
        return clients.size();
    }

    Snapshots snapshots() {
        return snapshots;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        RequestFacts.actor(request);
        if (!request.getMethod().equals("GET")) {
            ApiServlet.write(ApiReply.methodNotAllowed("GET"), response);
        } else if (clients.size() >= MAX_CLIENTS) {
            ApiReply reply = ApiReply.error(
                    ErrorCode.RATE_LIMITED, MAX_CLIENTS + " clients watch already; close one and try again");
            ApiServlet.write(reply.with("retry-after", Integer.toString(KEEP_ALIVE_SECONDS)), response);
        } else {
            watch(request, response);
        }
    }

    private void watch(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setStatus(200);
        response.setContentType("text/event-stream;charset=utf-8");
        response.setHeader("cache-control", "no-cache, no-transform");
        response.setHeader("connection", "keep-alive");
        response.setHeader("x-accel-buffering", "no");
        AsyncContext async = request.startAsync();
        async.setTimeout(0);
        Client client = new Client(async);
        EventStream stream = new EventStream(response.getOutputStream(), instance.id(), snapshots, client);
        client.stream = stream;
        async.addListener(client);
        clients.add(stream);
        OptionalLong lastSeen = EventIds.parse(instance.id(), Optional.ofNullable(request.getHeader("last-event-id")));
        try {
            // Not on this thread: it belongs to all requests, and the client may be in no hurry.
            writers.execute(() -> stream.open(hub, lastSeen));
        } catch (RejectedExecutionException stopping) {
            LOG.debug("an event client came too late", stopping);
            stream.close();
        }
    }

    /** Ties the life of the request to the life of the stream. */
    private final class Client implements AsyncListener, EventStream.Listener {
        private final AsyncContext async;
        private volatile EventStream stream;

        Client(AsyncContext async) {
            this.async = async;
        }

        @Override
        public void released() {
            clients.remove(stream);
        }

        @Override
        public void closed() {
            try {
                async.complete();
            } catch (IllegalStateException over) {
                LOG.debug("the request was over already", over);
            }
        }

        @Override
        public void onComplete(AsyncEvent event) {
            stream.close();
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            stream.close();
        }

        @Override
        public void onError(AsyncEvent event) {
            stream.close();
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            // Nothing to do: a request is made asynchronous once.
        }
    }
}
