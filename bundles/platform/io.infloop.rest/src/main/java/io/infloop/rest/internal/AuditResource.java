package io.infloop.rest.internal;

import io.infloop.core.audit.AuditChain;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.error.ErrorCode;
import io.infloop.spi.json.JsonObject;
import jakarta.servlet.Servlet;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /api/audit}: the audit log, newest first; {@code verify} and {@code checkpoint} say whether it is as it was written. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern({"/api/audit", "/api/audit/*"})
public final class AuditResource extends ApiServlet {
    private static final long serialVersionUID = 1L;
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;
    private static final int MAX_VALUE_LENGTH = 200;
    private static final List<String> MEMBERS = List.of("type", "actor", "correlationId", "runId", "workflowId");

    private final transient AuditLog audit;
    private final transient AuditChain chain;

    @Activate
    public AuditResource(@Reference AuditLog audit, @Reference AuditChain chain) {
        this.audit = audit;
        this.chain = chain;
    }

    @Override
    ApiReply handle(ApiRequest request) {
        if (!request.method().equals("GET")) {
            return ApiReply.methodNotAllowed("GET");
        }
        return switch (String.join("/", request.path())) {
            case "" -> list(request);
            case "verify" -> answer(verify(request));
            case "checkpoint" -> answer(chain.checkpoint());
            default -> ApiReply.error(ErrorCode.NOT_FOUND);
        };
    }

    private AuditChain.Result verify(ApiRequest request) {
        try {
            return chain.verify(request.query("since"));
        } catch (IllegalArgumentException notAHead) {
            throw new InvalidQueryException("since");
        }
    }

    private static ApiReply answer(AuditChain.Result result) {
        JsonObject.Builder members = JsonObject.builder();
        result.members().forEach(members::put);
        return ApiReply.ok(members.build());
    }

    private ApiReply list(ApiRequest request) {
        AuditLog.Page page = audit.read(query(request));
        JsonObject.Builder reply = JsonObject.builder()
                .put("entries", page.entries())
                .putIfPresent("nextBefore", page.nextBefore())
                .put("verified", page.unverified().isEmpty());
        if (!page.unverified().isEmpty()) {
            reply.put("unverified", page.unverified());
        }
        return ApiReply.ok(reply.build());
    }

    private static AuditLog.Query query(ApiRequest request) {
        Map<String, String> equal = new LinkedHashMap<>();
        for (String member : MEMBERS) {
            request.query(member).ifPresent(value -> {
                if (value.length() > MAX_VALUE_LENGTH) {
                    throw new InvalidQueryException(member);
                }
                equal.put(member, value);
            });
        }
        return new AuditLog.Query(
                (int) request.number("limit", 1, MAX_LIMIT).orElse(DEFAULT_LIMIT),
                request.number("before", 0, Long.MAX_VALUE),
                equal,
                time(request, "since"),
                time(request, "until"));
    }

    /** ISO 8601 with an offset, e.g. {@code 2026-01-31T12:00:00Z}. */
    private static OptionalLong time(ApiRequest request, String name) {
        Optional<String> text = request.query(name);
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            // A plus that was not escaped arrives as a space.
            Instant instant = OffsetDateTime.parse(text.get().replace(' ', '+')).toInstant();
            return OptionalLong.of(instant.toEpochMilli());
        } catch (DateTimeParseException | ArithmeticException notATime) {
            throw new InvalidQueryException(name);
        }
    }
}
