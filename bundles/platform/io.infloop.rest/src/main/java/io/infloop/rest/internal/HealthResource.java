package io.infloop.rest.internal;

import jakarta.servlet.Servlet;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /api/health}: that the server answers, and nothing else; open to everybody. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/api/health")
public final class HealthResource extends ApiServlet {
    private static final long serialVersionUID = 1L;

    @Activate
    public HealthResource() {}

    @Override
    ApiReply handle(ApiRequest request) {
        return request.method().equals("GET") ? ApiReply.ok("status", "ok") : ApiReply.methodNotAllowed("GET");
    }
}
