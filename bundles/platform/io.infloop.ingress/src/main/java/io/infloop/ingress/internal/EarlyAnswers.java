package io.infloop.ingress.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.spi.webhook.WebhookSource;
import io.infloop.store.Trigger;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.Optional;

/** What a sender is told before its body is read. */
final class EarlyAnswers {
    static final Reply POST_ONLY = methodNotAllowed("POST");

    private EarlyAnswers() {}

    /** Whoever asks with another method than POST does not learn which triggers there are. */
    static Reply hiding(String method, Reply reply) {
        return reply.status() == ErrorCode.NOT_FOUND.httpStatus() && !method.equals("POST") ? POST_ONLY : reply;
    }

    /**
     * Why a request is refused by its headers alone.
     *
     * @param source empty while it is not in service: it may be about to come back, and the pipeline says so and notes it
     */
    static Optional<Reply> refusal(
            Optional<WebhookSource.Descriptor> source, Trigger trigger, HttpServletRequest request) {
        if (source.isPresent() && !IntakeRules.takes(source.get(), request.getMethod())) {
            return Optional.of(methodNotAllowed(IntakeRules.allowed(source.get())));
        }
        if (request.getContentLengthLong() > trigger.maxBodyBytes()) {
            return Optional.of(Reply.error(ErrorCode.PAYLOAD_TOO_LARGE));
        }
        boolean readable = source.isEmpty()
                || IntakeRules.takesEncoding(
                        source.get().intake(), Collections.list(request.getHeaders("content-encoding")));
        return readable ? Optional.empty() : Optional.of(Reply.error(ErrorCode.UNSUPPORTED_MEDIA_TYPE));
    }

    private static Reply methodNotAllowed(String allowed) {
        return Reply.error(ErrorCode.METHOD_NOT_ALLOWED).with("allow", allowed);
    }
}
