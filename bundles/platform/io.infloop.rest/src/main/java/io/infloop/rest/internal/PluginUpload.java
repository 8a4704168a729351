package io.infloop.rest.internal;

import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.host.PluginUploads;
import io.infloop.spi.json.JsonObject;
import java.io.IOException;
import java.util.Locale;

/** {@code POST /api/plugins?name=…}: a plugin's file, as it is. What comes of it is told by the list of plugins. */
final class PluginUpload {
    private final PluginUploads uploads;
    private final AuditLog audit;

    PluginUpload(PluginUploads uploads, AuditLog audit) {
        this.uploads = uploads;
        this.audit = audit;
    }

    ApiReply take(ApiRequest request) {
        String name = request.query("name").orElseThrow(() -> new InvalidQueryException("name"));
        PluginUploads.Outcome outcome = receive(name, request);
        if (outcome instanceof PluginUploads.Outcome.Stored stored) {
            record(stored, request);
            return accepted(stored);
        }
        PluginUploads.Outcome.Refused refused = (PluginUploads.Outcome.Refused) outcome;
        return ApiReply.error(code(refused.why()), refused.sentence());
    }

    private PluginUploads.Outcome receive(String name, ApiRequest request) {
        try {
            return uploads.put(name, request.stream(), request.isSet("replace"));
        } catch (IOException brokenOff) {
            throw new InfloopException(ErrorCode.BAD_BODY, "the file did not arrive whole; send it again", brokenOff);
        }
    }

    private void record(PluginUploads.Outcome.Stored stored, ApiRequest request) {
        if (stored.change() != PluginUploads.Change.UNCHANGED) {
            audit.append(AuditEvent.of("plugin.uploaded", request.actor())
                    .with("file", stored.name())
                    .with("sha256", stored.sha256())
                    .with("bytes", stored.bytes())
                    .with("replaced", stored.change() == PluginUploads.Change.REPLACED));
        }
    }

    private static ApiReply accepted(PluginUploads.Outcome.Stored stored) {
        return ApiReply.json(
                        202,
                        JsonObject.builder()
                                .put("file", stored.name())
                                .put("sha256", stored.sha256())
                                .put("bytes", stored.bytes())
                                .put("change", stored.change().name().toLowerCase(Locale.ROOT))
                                .put(
                                        "next",
                                        "GET /api/plugins tells whether it serves, by its origin, which is the file's name")
                                .build())
                .with("location", "/api/plugins");
    }

    private static ErrorCode code(PluginUploads.Why why) {
        return switch (why) {
            case BAD_NAME -> ErrorCode.INVALID_ID;
            case EMPTY -> ErrorCode.BAD_BODY;
            case TOO_LARGE -> ErrorCode.PAYLOAD_TOO_LARGE;
            case OCCUPIED -> ErrorCode.CONFLICT;
            case UNWRITABLE -> ErrorCode.STORE_UNAVAILABLE;
        };
    }
}
