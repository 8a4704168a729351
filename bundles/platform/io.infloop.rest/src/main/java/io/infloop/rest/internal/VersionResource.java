package io.infloop.rest.internal;

import io.infloop.core.instance.ServerInstance;
import io.infloop.spi.json.JsonObject;
import jakarta.servlet.Servlet;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /api/version}: what runs here. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/api/version")
public final class VersionResource extends ApiServlet {
    private static final long serialVersionUID = 1L;

    private final transient ServerInstance instance;

    @Activate
    public VersionResource(@Reference ServerInstance instance) {
        this.instance = instance;
    }

    @Override
    ApiReply handle(ApiRequest request) {
        if (!request.method().equals("GET")) {
            return ApiReply.methodNotAllowed("GET");
        }
        return ApiReply.ok(JsonObject.builder()
                .put("name", "Infinite Loop")
                .put("version", instance.version())
                .put("instanceId", instance.id())
                .put("startedAt", instance.startedAt().toEpochMilli())
                .build());
    }
}
