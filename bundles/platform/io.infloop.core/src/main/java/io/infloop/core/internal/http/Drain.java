package io.infloop.core.internal.http;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Throws a refused body away, within bounds, before the refusal is sent: many clients write their whole body before they read, and
 * would find a closed connection in place of the answer. No thread waits meanwhile.
 */
final class Drain implements ReadListener, AsyncListener {
    private static final Logger LOGGER = LoggerFactory.getLogger(Drain.class);
    /** Of a sender whose body nobody wants anyway. */
    static final long MAX_BYTES = 8L * 1024 * 1024;

    private static final long MAX_MILLIS = 2000;

    private final AsyncContext context;
    private final ServletInputStream input;
    private final HttpServletResponse response;
    private final DoorRefusal refusal;
    private final long maxBytes;
    private final byte[] buffer = new byte[16 * 1024];
    private final AtomicBoolean answered = new AtomicBoolean();
    private long drained;

    private Drain(
            AsyncContext context,
            ServletInputStream input,
            HttpServletResponse response,
            DoorRefusal refusal,
            long maxBytes) {
        this.context = context;
        this.input = input;
        this.response = response;
        this.refusal = refusal;
        this.maxBytes = maxBytes;
    }

    /**
     * Refuses the request, at once or when its body is gone.
     *
     * @param maxBytes what is thrown away at most
     */
    static void refuse(HttpServletRequest request, HttpServletResponse response, DoorRefusal refusal, long maxBytes)
            throws IOException {
        if (!Door.hasBody(request)) {
            DoorAnswers.refuse(response, refusal);
            return;
        }
        // Who asks first whether to send is told not to.
        if (request.getHeader("Expect") != null || !request.isAsyncSupported()) {
            response.setHeader("Connection", "close");
            DoorAnswers.refuse(response, refusal);
            return;
        }
        AsyncContext context = request.startAsync(request, response);
        context.setTimeout(MAX_MILLIS);
        Drain drain = new Drain(context, request.getInputStream(), response, refusal, maxBytes);
        context.addListener(drain);
        drain.input.setReadListener(drain);
    }

    @Override
    public void onDataAvailable() throws IOException {
        while (input.isReady()) {
            int read = input.read(buffer);
            if (read < 0) {
                return;
            }
            drained += read;
            if (drained > maxBytes) {
                answer(false);
                return;
            }
        }
    }

    @Override
    public void onAllDataRead() {
        answer(true);
    }

    @Override
    public void onError(Throwable failure) {
        LOGGER.debug("a refused body was not read to its end", failure);
        answer(false);
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        answer(false);
    }

    /** @param whole whether the body is gone, so that the connection is as good as new */
    private void answer(boolean whole) {
        if (answered.compareAndSet(false, true)) {
            try {
                if (!whole) {
                    response.setHeader("Connection", "close");
                }
                DoorAnswers.refuse(response, refusal);
            } catch (IOException | IllegalStateException gone) {
                LOGGER.debug("a refusal was not sent", gone);
            }
        }
        try {
            context.complete();
        } catch (IllegalStateException notNow) {
            // When time is up the reader is told first, while nothing may be completed, and the listener after it.
            LOGGER.trace("completed by somebody else", notNow);
        }
    }

    @Override
    public void onComplete(AsyncEvent event) {
        // nothing is held
    }

    @Override
    public void onError(AsyncEvent event) {
        answer(false);
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // only once
    }
}
