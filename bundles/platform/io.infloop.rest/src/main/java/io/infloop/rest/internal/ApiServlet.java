package io.infloop.rest.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.id.Ids;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A resource of the API: turns requests into replies, and whatever goes wrong into an error as JSON. */
abstract class ApiServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(ApiServlet.class);

    /** Answers a request. May throw {@link InfloopException}; anything else is a defect. */
    abstract ApiReply handle(ApiRequest request);

    @Override
    protected final void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        ApiReply reply = answer(request);
        if (isUnread(request)) {
            if (reply.status() >= 400) {
                response.setHeader("connection", "close");
            }
            // Also one that nobody wants: it would end the connection without a word to the client.
            RestOfBody.skip(request);
        }
        write(reply, response);
    }

    /** A refusal may come before the body was read; who still writes would not read the answer. */
    private static boolean isUnread(HttpServletRequest request) throws IOException {
        return (request.getContentLengthLong() > 0 || request.getHeader("transfer-encoding") != null)
                && !request.getInputStream().isFinished();
    }

    private ApiReply answer(HttpServletRequest request) {
        try {
            return answer(ApiRequest.of(request));
        } catch (RuntimeException | Error defect) {
            return defect(defect);
        }
    }

    /** The reply, whatever happens. */
    final ApiReply answer(ApiRequest request) {
        try {
            return handle(request);
        } catch (InfloopException failure) {
            if (failure.code() == ErrorCode.INTERNAL) {
                return defect(failure);
            }
            return ApiReply.of(failure);
        } catch (InvalidQueryException invalid) {
            return ApiReply.invalidQuery(invalid.field());
        } catch (RuntimeException | Error defect) {
            // Errors too: whoever asks for too much gets JSON like everybody else, and the memory is free again by now.
            return defect(defect);
        }
    }

    /** The cause is for the log only. */
    static ApiReply defect(Throwable cause) {
        String correlationId = Ids.newCorrelationId();
        LOG.error("a request met a defect ({})", correlationId, cause);
        return ApiReply.error(ErrorCode.INTERNAL, JsonObject.of("correlationId", correlationId))
                .with("x-correlation-id", correlationId);
    }

    static void write(ApiReply reply, HttpServletResponse response) throws IOException {
        response.setStatus(reply.status());
        reply.headers().forEach(response::setHeader);
        response.setHeader("cache-control", "no-store");
        if (reply.body().isPresent()) {
            byte[] bytes = bytes(reply.body().get(), response);
            write("application/json", bytes, response);
        } else if (reply.file().isPresent()) {
            write("application/octet-stream", reply.file().get(), response);
        }
    }

    private static void write(String type, byte[] bytes, HttpServletResponse response) throws IOException {
        response.setContentType(type);
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }

    /** Data of others, such as a record on disk, may nest beyond what JSON of ours may, or be too large to be written. */
    private static byte[] bytes(JsonObject body, HttpServletResponse response) {
        try {
            return Json.write(body).getBytes(StandardCharsets.UTF_8);
        } catch (RuntimeException | Error unwritable) {
            ApiReply defect = defect(unwritable);
            response.setStatus(defect.status());
            return Json.write(defect.body().orElse(JsonObject.EMPTY)).getBytes(StandardCharsets.UTF_8);
        }
    }
}
