package io.infloop.rest.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.http.Login;
import io.infloop.core.http.Logins;
import io.infloop.spi.json.JsonObject;
import jakarta.servlet.Servlet;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /api/auth/*}: begins, ends and describes the session of a browser. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/api/auth/*")
public final class AuthResource extends ApiServlet {
    private static final long serialVersionUID = 1L;
    private static final int MAX_BODY_BYTES = 16 * 1024;

    private final transient Logins logins;

    @Activate
    public AuthResource(@Reference Logins logins) {
        this.logins = logins;
    }

    @Override
    ApiReply handle(ApiRequest request) {
        return switch (String.join("/", request.path())) {
            case "login" -> request.method().equals("POST") ? login(request) : ApiReply.methodNotAllowed("POST");
            case "logout" -> request.method().equals("POST") ? logout(request) : ApiReply.methodNotAllowed("POST");
            case "session" -> request.method().equals("GET") ? session(request) : ApiReply.methodNotAllowed("GET");
            default -> ApiReply.error(ErrorCode.NOT_FOUND);
        };
    }

    private ApiReply login(ApiRequest request) {
        Login login = logins.login(request.servletRequest(), () -> token(request));
        if (login instanceof Login.NotNeeded) {
            return ApiReply.ok(
                    JsonObject.builder().put("ok", true).put("mode", "open").build());
        }
        if (login instanceof Login.Opened opened) {
            return ApiReply.ok("ok", true).with("set-cookie", opened.setCookie());
        }
        if (login instanceof Login.Limited limited) {
            return ApiReply.error(ErrorCode.RATE_LIMITED).with("retry-after", LoginPage.seconds(limited.retryAfter()));
        }
        return ApiReply.error(ErrorCode.INVALID_TOKEN);
    }

    /** Anything but a text is no token; so it is wrong. */
    private static String token(ApiRequest request) {
        if (request.json(MAX_BODY_BYTES) instanceof JsonObject body) {
            return body.string("token").orElse("");
        }
        throw new InfloopException(ErrorCode.INVALID_JSON, ErrorCode.INVALID_JSON.text());
    }

    private ApiReply logout(ApiRequest request) {
        return ApiReply.noContent().with("set-cookie", logins.logout(request.servletRequest()));
    }

    private ApiReply session(ApiRequest request) {
        JsonObject.Builder reply = JsonObject.builder().put("mode", logins.isOpen() ? "open" : "token");
        return switch (request.actor()) {
            case API_TOKEN ->
                ApiReply.ok(
                        reply.put("authenticated", true).put("via", "bearer").build());
            case BROWSER_SESSION ->
                ApiReply.ok(
                        reply.put("authenticated", true).put("via", "cookie").build());
            // An open server lets everybody in, so nobody has to log in.
            case OPEN, WEBHOOK, SYSTEM ->
                ApiReply.ok(reply.put("authenticated", logins.isOpen())
                        .put("via", null)
                        .build());
        };
    }
}
