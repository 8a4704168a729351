package io.infloop.rest.internal;

import io.infloop.core.audit.Actor;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.http.Login;
import io.infloop.core.http.Logins;
import io.infloop.core.http.RequestFacts;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/**
 * {@code /login}: the form in which a person enters the token, and where it is sent. It works without scripts, so the page has none
 * and allows none.
 */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/login")
public final class LoginPage extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final int MAX_BODY_BYTES = 16 * 1024;
    private static final String FORM = "application/x-www-form-urlencoded";

    private final transient Logins logins;

    @Activate
    public LoginPage(@Reference Logins logins) {
        this.logins = logins;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setHeader("cache-control", "no-store");
        switch (request.getMethod()) {
            case "GET", "HEAD" -> show(request, response);
            case "POST" -> enter(request, response);
            default -> {
                response.setHeader("allow", "GET, HEAD, POST");
                ApiServlet.write(ApiReply.methodNotAllowed("GET, POST"), response);
            }
        }
    }

    private void show(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Map<String, String> query =
                QueryString.parse(Optional.ofNullable(request.getQueryString()).orElse(""));
        String next = LocalPath.orFront(query.get("next"));
        Actor actor = RequestFacts.actor(request);
        if (logins.isOpen() || actor == Actor.BROWSER_SESSION || actor == Actor.API_TOKEN) {
            redirect(response, next);
        } else {
            page(response, HttpServletResponse.SC_OK, next, "");
        }
    }

    private void enter(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!isForm(request)) {
            ApiServlet.write(
                    ApiReply.error(
                            ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                            "the login page takes the form it shows; programs log in at /api/auth/login"),
                    response);
            return;
        }
        Form form = new Form(request);
        try {
            Login login = logins.login(request, () -> form.value("token"));
            String next = LocalPath.orFront(form.value("next"));
            if (login instanceof Login.Opened opened) {
                response.setHeader("set-cookie", opened.setCookie());
                redirect(response, next);
            } else if (login instanceof Login.NotNeeded) {
                redirect(response, next);
            } else if (login instanceof Login.Limited limited) {
                String seconds = seconds(limited.retryAfter());
                response.setHeader("retry-after", seconds);
                page(
                        response,
                        ErrorCode.RATE_LIMITED.httpStatus(),
                        next,
                        "Too many attempts. Try again in " + seconds + " s.");
            } else {
                page(response, ErrorCode.INVALID_TOKEN.httpStatus(), next, "This is not the token of this server.");
            }
        } catch (InfloopException refused) {
            page(response, refused.code().httpStatus(), "/", "The form could not be read; enter the token again.");
        }
    }

    private static boolean isForm(HttpServletRequest request) {
        String type = request.getContentType();
        return type != null
                && type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(FORM);
    }

    /** Rounded up: who waits that long is not too early. */
    static String seconds(Duration wait) {
        return Long.toString(wait.plusSeconds(1).minusNanos(1).toSeconds());
    }

    private static void redirect(HttpServletResponse response, String next) {
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        response.setHeader("location", next);
        response.setContentLength(0);
    }

    private static void page(HttpServletResponse response, int status, String next, String problem) throws IOException {
        byte[] html = LoginHtml.page(next, problem).getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        response.setContentType("text/html");
        response.setCharacterEncoding("utf-8");
        response.setHeader("content-security-policy", LoginHtml.POLICY);
        response.setContentLength(html.length);
        response.getOutputStream().write(html);
    }

    /** The fields that were sent, read when somebody asks for one. */
    private static final class Form {
        private final HttpServletRequest request;
        private Map<String, String> fields;

        Form(HttpServletRequest request) {
            this.request = request;
        }

        String value(String name) {
            if (fields == null) {
                byte[] body = ApiRequest.of(request).bytes(MAX_BODY_BYTES);
                fields = QueryString.parse(new String(body, StandardCharsets.UTF_8));
            }
            return fields.getOrDefault(name, "");
        }
    }
}
