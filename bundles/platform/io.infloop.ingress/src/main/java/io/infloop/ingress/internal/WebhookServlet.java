package io.infloop.ingress.internal;

import io.infloop.core.audit.Actor;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.http.RequestFacts;
import io.infloop.spi.webhook.HttpHeaders;
import io.infloop.spi.webhook.WebhookRequest;
import io.infloop.store.Trigger;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletAsyncSupported;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes deliveries in. It stays in service while what it needs comes and goes, so that a sender is then asked to repeat (503) and
 * never told that its URL does not exist.
 */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/api/webhook/*")
@HttpWhiteboardServletAsyncSupported
public final class WebhookServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(WebhookServlet.class);
    /** Longer than any body may take; the store answers within milliseconds or fails. */
    private static final long ASYNC_TIMEOUT_MILLIS = 120_000;
    /** Of the heap, for bodies being received or stored. */
    private static final int MEMORY_SHARE = 8;

    /** Two of the largest that a trigger may allow. */
    private static final long MIN_MEMORY_BYTES = 2L * Trigger.MAX_MAX_BODY_BYTES;

    private static final Set<String> METHODS = Set.of("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH");

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
        try {
            serve(request, response);
        } catch (RuntimeException | Error defect) {
            LOG.error("a delivery met a defect", defect);
            if (response.isCommitted() || request.isAsyncStarted()) {
                throw defect;
            }
            Exchange.write(Reply.INTERNAL, response);
        }
    }

    private void serve(HttpServletRequest request, HttpServletResponse response) throws IOException {
        WebhookPipeline current = pipeline;
        if (current == null) {
            refuse(Reply.error(ErrorCode.PLUGIN_UNAVAILABLE), request, response);
            return;
        }
        StageTimes times = new StageTimes();
        if (!METHODS.contains(request.getMethod())) {
            refuse(EarlyAnswers.POST_ONLY, request, response);
            return;
        }
        TriggerGate.Outcome outcome = current.gate().admit(triggerId(request), RequestFacts.remoteAddress(request));
        if (outcome instanceof TriggerGate.Closed closed) {
            refuse(EarlyAnswers.hiding(request.getMethod(), closed.reply()), request, response);
            return;
        }
        Trigger trigger = ((TriggerGate.Open) outcome).trigger();
        Optional<Reply> refusal = EarlyAnswers.refusal(current.source(trigger), trigger, request);
        if (refusal.isPresent()) {
            refuse(refusal.get(), request, response);
        } else {
            receive(current, trigger, times, request, response);
        }
    }

    /**
     * Answers before the body was read. One that has not arrived is awaited for a while, or its sender would not see the answer, or
     * would send the next delivery over a connection that is closed without a word.
     */
    private void refuse(Reply reply, HttpServletRequest request, HttpServletResponse response) throws IOException {
        long length = request.getContentLengthLong();
        boolean chunked = length < 0 && request.getHeader("transfer-encoding") != null;
        // Who asks first has not sent anything yet.
        boolean sends = request.getHeader("expect") == null && (chunked || length > 0) && !isThere(request, length);
        if (!sends) {
            Exchange.write(reply, response);
            return;
        }
        Exchange exchange = begin(request, response, 0);
        ServletInputStream input = request.getInputStream();
        exchange.answerEarly(reply);
        input.setReadListener(drain(input, exchange));
    }

    private static boolean isThere(HttpServletRequest request, long length) {
        try {
            return ArrivedBody.read(request.getInputStream(), length).isComplete();
        } catch (IOException broken) {
            LOG.debug("a refused body broke off", broken);
            return true;
        }
    }

    private Drain drain(ServletInputStream input, Exchange exchange) {
        Drain drain = new Drain(input, deadlines, System.nanoTime(), exchange::complete);
        deadlines.watch(drain);
        return drain;
    }

    private Exchange begin(HttpServletRequest request, HttpServletResponse response, long taken) {
        AsyncContext async = request.startAsync();
        async.setTimeout(ASYNC_TIMEOUT_MILLIS);
        Exchange exchange = new Exchange(async, response, budget, taken);
        async.addListener(exchange);
        return exchange;
    }

    private static String triggerId(HttpServletRequest request) {
        String path = request.getPathInfo();
        return path == null || path.isEmpty() ? "" : path.substring(1);
    }

    /** Without a length and without chunks there is no body. */
    private static long declaredLength(HttpServletRequest request) {
        long length = request.getContentLengthLong();
        return length < 0 && request.getHeader("transfer-encoding") == null ? 0 : length;
    }

    private void receive(
            WebhookPipeline current,
            Trigger trigger,
            StageTimes times,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        long declaredLength = declaredLength(request);
        long taken = BodyReader.firstBuffer(declaredLength);
        if (!budget.take(taken)) {
            refuse(Reply.error(ErrorCode.STORE_UNAVAILABLE), request, response);
            return;
        }
        boolean handedOver = false;
        try {
            Draft draft = new Draft(
                    current,
                    trigger,
                    request.getMethod(),
                    Optional.ofNullable(request.getQueryString()).orElse(""),
                    headers(request),
                    current.clock().instant(),
                    Optional.ofNullable(RequestFacts.remoteAddress(request)),
                    times);
            ServletInputStream input = request.getInputStream();
            Optional<ArrivedBody> arrived = arrived(input, declaredLength);
            if (arrived.isEmpty()) {
                response.setHeader("connection", "close");
                Exchange.write(Reply.error(ErrorCode.BAD_BODY), response);
            } else if (arrived.get().isComplete()) {
                CompletableFuture<Reply> reply = draft.process(arrived.get().buffer());
                if (reply.isDone()) {
                    Exchange.write(reply.join(), response);
                } else {
                    Exchange exchange = begin(request, response, taken);
                    handedOver = true;
                    answer(reply, exchange);
                }
            } else {
                Exchange exchange = begin(request, response, taken);
                handedOver = true;
                BodyReader reader = new BodyReader(
                        input,
                        arrived.get(),
                        trigger.maxBodyBytes(),
                        exchange::take,
                        receiver(draft, input, exchange),
                        deadlines,
                        System.nanoTime());
                deadlines.watch(reader);
                input.setReadListener(reader);
            }
        } finally {
            if (!handedOver) {
                budget.giveBack(taken);
            }
        }
    }

    private static Optional<ArrivedBody> arrived(ServletInputStream input, long declaredLength) {
        try {
            return Optional.of(ArrivedBody.read(input, declaredLength));
        } catch (IOException broken) {
            LOG.debug("a body broke off", broken);
            return Optional.empty();
        }
    }

    /** A delivery without its body. */
    private record Draft(
            WebhookPipeline pipeline,
            Trigger trigger,
            String method,
            String query,
            HttpHeaders headers,
            Instant receivedAt,
            Optional<String> remoteAddress,
            StageTimes times) {
        CompletableFuture<Reply> process(byte[] body) {
            WebhookRequest request =
                    new WebhookRequest(method, PublicUrls.of(trigger), query, headers, body, receivedAt);
            return pipeline.process(new Inbound(
                    trigger,
                    request,
                    pipeline.newCorrelationId(),
                    FireMode.WEBHOOK,
                    Actor.WEBHOOK,
                    Optional.empty(),
                    remoteAddress,
                    times));
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    private static void answer(CompletableFuture<Reply> reply, Exchange exchange) {
        reply.whenComplete((known, failure) -> exchange.answer(failure == null ? known : Reply.INTERNAL));
    }

    private BodyReader.Receiver receiver(Draft draft, ServletInputStream input, Exchange exchange) {
        return new BodyReader.Receiver() {
            @Override
            public void received(byte[] body) {
                answer(draft.process(body), exchange);
            }

            @Override
            public Drain tooLarge() {
                exchange.answerEarly(Reply.error(ErrorCode.PAYLOAD_TOO_LARGE));
                return drain(input, exchange);
            }

            @Override
            public void failed(Reply reply) {
                exchange.answerAndHangUp(reply);
            }
        };
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
