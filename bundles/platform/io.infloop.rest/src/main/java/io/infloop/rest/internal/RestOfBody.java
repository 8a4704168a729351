package io.infloop.rest.internal;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rest of a body that is too large. It is thrown away, within bounds, before the refusal is sent: many clients write their whole
 * body before they read, and would find a closed connection in place of the answer.
 */
final class RestOfBody {
    private static final Logger LOG = LoggerFactory.getLogger(RestOfBody.class);
    private static final long MAX_BYTES = 8L * 1024 * 1024;
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int BUFFER_BYTES = 16 * 1024;

    private RestOfBody() {}

    static void skip(HttpServletRequest request) {
        if (request.getHeader("expect") != null) {
            return;
        }
        long until = System.nanoTime() + MAX_NANOS;
        byte[] buffer = new byte[BUFFER_BYTES];
        long skipped = 0;
        try {
            InputStream input = request.getInputStream();
            int read = input.read(buffer);
            while (read >= 0 && skipped < MAX_BYTES && System.nanoTime() - until < 0) {
                skipped += read;
                read = input.read(buffer);
            }
        } catch (IOException | RuntimeException over) {
            // The door caps what comes in chunks.
            LOG.debug("the rest of a body was not read", over);
        }
    }
}
