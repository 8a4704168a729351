package io.infloop.core.internal.http;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.json.Jsons;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the door itself says, and the headers that every answer carries. */
final class DoorAnswers {
    /** When to come back while the server starts or stops, in seconds. */
    static final String RETRY_SECONDS = "2";

    /** A document of ours loads nothing and is framed by nobody, unless it asks for more itself. */
    static final Map<String, String> SECURITY_HEADERS = Map.of(
            "X-Content-Type-Options", "nosniff",
            // Not no-referrer: with it a browser hides the origin of our own forms from us.
            "Referrer-Policy", "same-origin",
            "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
            "X-Frame-Options", "DENY",
            "Cross-Origin-Opener-Policy", "same-origin",
            "Cross-Origin-Resource-Policy", "same-origin");

    private static final int MAX_NEXT = 2000;

    private DoorAnswers() {}

    static void secure(String path, HttpServletResponse response) {
        SECURITY_HEADERS.forEach(response::setHeader);
        if (path == null || path.startsWith("/api")) {
            response.setHeader("Cache-Control", "no-store");
        }
    }

    static void refuse(HttpServletResponse response, DoorRefusal refusal) throws IOException {
        ErrorCode code = refusal.code();
        response.setStatus(code.httpStatus());
        response.setContentType("application/json");
        if (code == ErrorCode.UNAUTHORIZED) {
            response.setHeader("WWW-Authenticate", "Bearer realm=\"infinite-loop\"");
        }
        if (code.httpStatus() == HttpServletResponse.SC_SERVICE_UNAVAILABLE) {
            response.setHeader("Retry-After", RETRY_SECONDS);
        }
        if (code == ErrorCode.PAYLOAD_TOO_LARGE || code == ErrorCode.REQUEST_TIMEOUT || code == ErrorCode.BUSY) {
            // The rest of the body is not read.
            response.setHeader("Connection", "close");
        }
        Map<String, String> members = new LinkedHashMap<>();
        members.put("error", code.text());
        refusal.reason().ifPresent(reason -> members.put("reason", reason));
        byte[] body = Jsons.bytes(members);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    /** To the login page, which leads back here. The location is relative: only the browser knows by which name it came. */
    static void toLogin(HttpServletRequest request, HttpServletResponse response) {
        String query = request.getQueryString();
        String next = request.getRequestURI() + (query == null ? "" : "?" + query);
        boolean front = next.equals("/") || next.length() > MAX_NEXT;
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        response.setHeader("Cache-Control", "no-store");
        response.setHeader(
                "Location", "/login" + (front ? "" : "?next=" + URLEncoder.encode(next, StandardCharsets.UTF_8)));
        response.setContentLength(0);
    }
}
