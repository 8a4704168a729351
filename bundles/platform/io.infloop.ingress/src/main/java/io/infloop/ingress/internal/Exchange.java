package io.infloop.ingress.internal;

import io.infloop.core.error.ErrorCode;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request being worked on: answers it once, whoever comes first, and gives its memory back when it is over. */
final class Exchange implements AsyncListener {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    private final AsyncContext async;
    private final HttpServletResponse response;
    private final BodyBudget budget;
    private final AtomicLong taken = new AtomicLong();
    private final AtomicBoolean answered = new AtomicBoolean();

    Exchange(AsyncContext async, HttpServletResponse response, BodyBudget budget) {
        this.async = async;
        this.response = response;
        this.budget = budget;
    }

    boolean take(long bytes) {
        if (!budget.take(bytes)) {
            return false;
        }
        taken.addAndGet(bytes);
        return true;
    }

    void answer(Reply reply) {
        answer(reply, false);
    }

    /** For a sender whose body is still coming: the connection cannot be used again. */
    void answerAndHangUp(Reply reply) {
        answer(reply, true);
    }

    private void answer(Reply reply, boolean hangUp) {
        if (!answered.compareAndSet(false, true)) {
            return;
        }
        try {
            if (hangUp) {
                response.setHeader("connection", "close");
            }
            write(reply, response);
        } catch (IOException | RuntimeException gone) {
            LOG.debug("the sender did not wait for the answer {}", reply.status(), gone);
        } finally {
            complete();
        }
    }

    static void write(Reply reply, HttpServletResponse response) throws IOException {
        response.setStatus(reply.status());
        reply.headers().forEach(response::setHeader);
        if (reply.status() != 204) {
            response.setContentType(reply.contentType());
            response.setContentLength(reply.body().length);
            response.getOutputStream().write(reply.body());
        }
    }

    private void complete() {
        try {
            async.complete();
        } catch (IllegalStateException over) {
            LOG.debug("the request was over already", over);
            release();
        }
    }

    private void release() {
        budget.giveBack(taken.getAndSet(0));
    }

    @Override
    public void onComplete(AsyncEvent event) {
        release();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        answer(Reply.error(ErrorCode.STORE_UNAVAILABLE));
    }

    @Override
    public void onError(AsyncEvent event) {
        if (answered.compareAndSet(false, true)) {
            complete();
        }
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // Nothing to do: a request is made asynchronous once.
    }
}
