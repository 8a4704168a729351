package io.infloop.rest.internal;

import io.infloop.core.metrics.Metrics;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /api/metrics}: what the server counts, in the Prometheus text format. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/api/metrics")
public final class MetricsServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final transient Metrics metrics;

    @Activate
    public MetricsServlet(@Reference Metrics metrics) {
        this.metrics = metrics;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!request.getMethod().equals("GET")) {
            ApiServlet.write(ApiReply.methodNotAllowed("GET"), response);
            return;
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream(16_384);
        metrics.write(text);
        response.setHeader("cache-control", "no-store");
        response.setContentType(CONTENT_TYPE);
        response.setContentLength(text.size());
        text.writeTo(response.getOutputStream());
    }
}
