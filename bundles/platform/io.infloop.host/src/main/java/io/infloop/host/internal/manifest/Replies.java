package io.infloop.host.internal.manifest;

import io.infloop.host.internal.RefusedException;
import io.infloop.spi.webhook.FixedReply;
import java.util.Optional;
import java.util.Set;

/** Reads the answers that a sender insists on. */
final class Replies {
    private static final String TEXT = "text/plain";

    private Replies() {}

    static Optional<FixedReply> ack(Fields fields) throws RefusedException {
        Optional<Fields> ack = fields.inner("ack", "{\"status\":200,\"body\":\"[accepted]\"}");
        if (ack.isEmpty()) {
            return Optional.empty();
        }
        Fields inner = ack.get();
        inner.onlyKnown(Set.of("status", "contentType", "body"));
        int status = inner.status("status", 200, 299, 200);
        String contentType = inner.optionalText("contentType").orElse(TEXT);
        String body = inner.anyText("body", "");
        return Optional.of(inner.checked(() -> new FixedReply(status, contentType, body)));
    }

    /** Never a status that a sender takes for success. */
    static Optional<FixedReply> reject(Fields fields) throws RefusedException {
        if (!fields.object().has("rejectStatus") && !fields.object().has("rejectBody")) {
            return Optional.empty();
        }
        int status = fields.status("rejectStatus", 400, 499, 401);
        String body = fields.anyText("rejectBody", "");
        return Optional.of(fields.checked(() -> new FixedReply(status, TEXT, body)));
    }
}
