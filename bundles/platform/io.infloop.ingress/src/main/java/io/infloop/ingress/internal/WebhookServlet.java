package io.infloop.ingress.internal;

import io.infloop.core.audit.Actor;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.id.Ids;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.WebhookRequest;
import io.infloop.store.Trigger;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletAsyncSupported;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/**
 * Takes deliveries in. It stays in service while what it needs comes and goes, so that a sender is then asked to repeat (503) and
 * never told that its URL does not exist.
 */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/api/webhook/*")
@HttpWhiteboardServletAsyncSupported
public final class WebhookServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    /** Longer than any body may take; the store answers within milliseconds or fails. */
    private static final long ASYNC_TIMEOUT_MILLIS = 120_000;
    /** Of the heap, for bodies being received or stored. */
    private static final int MEMORY_SHARE = 8;

    private static final long MIN_MEMORY_BYTES = 16L * BodyReader.MAX_BYTES;

    private final transient BodyDeadlines deadlines = new BodyDeadlines();
    private final transient BodyBudget budget =
            new BodyBudget(Math.max(MIN_MEMORY_BYTES, Runtime.getRuntime().maxMemory() / MEMORY_SHARE));
    private transient volatile WebhookPipeline pipeline;

    @Activate
    public WebhookServlet() {}

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindPipeline(WebhookPipeline service) {
        pipeline = service;
    }

    void unbindPipeline(WebhookPipeline service) {
        if (pipeline == service) {
            pipeline = null;
        }
    }

    @Deactivate
    void stop() {
        deadlines.close();
    }

    BodyDeadlines deadlines() {
        return deadlines;
    }

    BodyBudget budget() {
        return budget;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!"POST".equals(request.getMethod())) {
            Exchange.write(Reply.error(ErrorCode.METHOD_NOT_ALLOWED).with("allow", "POST"), response);
            return;
        }
        WebhookPipeline current = pipeline;
        if (current == null) {
            refuse(Reply.error(ErrorCode.PLUGIN_UNAVAILABLE), response);
            return;
        }
        if (request.getContentLengthLong() > BodyReader.MAX_BYTES) {
            refuse(Reply.error(ErrorCode.PAYLOAD_TOO_LARGE), response);
            return;
        }
        TriggerGate.Outcome outcome = current.gate().admit(triggerId(request));
        if (outcome instanceof TriggerGate.Closed closed) {
            refuse(closed.reply(), response);
        } else if (isEncoded(request)) {
            refuse(Reply.error(ErrorCode.UNSUPPORTED_MEDIA_TYPE), response);
        } else {
            receive(current, ((TriggerGate.Open) outcome).trigger(), request, response);
        }
    }

    /** Answers before the body was read. */
    private static void refuse(Reply reply, HttpServletResponse response) throws IOException {
        Exchange.write(reply, response);
    }

    private static String triggerId(HttpServletRequest request) {
        String path = request.getPathInfo();
        return path == null || path.isEmpty() ? "" : path.substring(1);
    }

    /** Signatures are over the bytes as sent, predicates over what they mean: we take only bodies where both are the same. */
    private static boolean isEncoded(HttpServletRequest request) {
        Enumeration<String> encodings = request.getHeaders("content-encoding");
        while (encodings.hasMoreElements()) {
            String encoding = encodings.nextElement().strip();
            if (!encoding.isEmpty() && !encoding.equalsIgnoreCase("identity")) {
                return true;
            }
        }
        return false;
    }

    private void receive(
            WebhookPipeline current, Trigger trigger, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Instant receivedAt = current.clock().instant();
        HttpHeaders headers = headers(request);
        String query = Optional.ofNullable(request.getQueryString()).orElse("");
        AsyncContext async = request.startAsync();
        async.setTimeout(ASYNC_TIMEOUT_MILLIS);
        Exchange exchange = new Exchange(async, response, budget);
        async.addListener(exchange);
        long declaredLength = request.getContentLengthLong();
        if (!exchange.take(BodyReader.firstBuffer(declaredLength))) {
            exchange.answerAndHangUp(Reply.error(ErrorCode.STORE_UNAVAILABLE));
            return;
        }
        BodyReader.Receiver receiver = new BodyReader.Receiver() {
            @Override
            public void received(byte[] body) {
                WebhookRequest delivery =
                        new WebhookRequest("POST", PublicUrls.of(trigger), query, headers, body, receivedAt);
                process(current, trigger, delivery, exchange);
            }

            @Override
            public void failed(Reply reply) {
                exchange.answerAndHangUp(reply);
            }
        };
        BodyReader reader =
                new BodyReader(request.getInputStream(), declaredLength, exchange::take, receiver, System.nanoTime());
        deadlines.watch(reader);
        request.getInputStream().setReadListener(reader);
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    private static void process(WebhookPipeline current, Trigger trigger, WebhookRequest delivery, Exchange exchange) {
        Inbound inbound = new Inbound(trigger, delivery, Ids.newCorrelationId(), FireMode.WEBHOOK, Actor.WEBHOOK);
        // Never completes exceptionally.
        current.process(inbound).thenAccept(exchange::answer);
    }

    private static HttpHeaders headers(HttpServletRequest request) {
        List<HttpHeaders.Header> headers = new ArrayList<>();
        Enumeration<String> names = request.getHeaderNames();
        while (names.hasMoreElements()) {
            String name = names.nextElement();
            Enumeration<String> values = request.getHeaders(name);
            while (values.hasMoreElements()) {
                headers.add(new HttpHeaders.Header(name, values.nextElement()));
            }
        }
        return HttpHeaders.of(headers);
    }
}
