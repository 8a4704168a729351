package io.infloop.ingress.internal;

import io.infloop.core.error.ErrorCode;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request being worked on: answers it once, whoever comes first, and gives its memory back when it is over. */
final class Exchange implements AsyncListener {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    private final AsyncContext async;
    private final HttpServletResponse response;
    private final BodyBudget budget;
    private final AtomicBoolean answered = new AtomicBoolean();
    private final Object memory = new Object();
    private long taken;
    private boolean released;

    /** @param taken from the budget already; given back here */
    Exchange(AsyncContext async, HttpServletResponse response, BodyBudget budget, long taken) {
        this.async = async;
        this.response = response;
        this.budget = budget;
        this.taken = taken;
    }

    /** @return false also when the request is over: another thread may end it while its body is still being read */
    boolean take(long bytes) {
        synchronized (memory) {
            if (released || !budget.take(bytes)) {
                return false;
            }
            taken += bytes;
            return true;
        }
    }

    void answer(Reply reply) {
        answer(reply, false);
    }

    /** Sends the answer now, but leaves the request open until {@link #complete}: the sender is still sending. */
    void answerEarly(Reply reply) {
        if (!answered.compareAndSet(false, true)) {
            return;
        }
        release();
        try {
            response.setHeader("connection", "close");
            write(reply, response);
            response.flushBuffer();
        } catch (IOException | RuntimeException gone) {
            LOG.debug("the sender did not wait for the answer {}", reply.status(), gone);
        }
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

    void complete() {
        try {
            async.complete();
        } catch (IllegalStateException over) {
            LOG.debug("the request was over already", over);
            release();
        }
    }

    private void release() {
        synchronized (memory) {
            released = true;
            budget.giveBack(taken);
            taken = 0;
        }
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
