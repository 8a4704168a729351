package io.infloop.rest.internal;

import io.infloop.core.audit.AuditLog;
import io.infloop.host.PluginInfo;
import io.infloop.host.PluginUploads;
import io.infloop.host.Plugins;
import io.infloop.spi.json.JsonObject;
import jakarta.servlet.Servlet;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /api/plugins}: every plugin, what it offers, and why one does not serve; takes new ones. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/api/plugins")
public final class PluginsResource extends ApiServlet {
    private static final long serialVersionUID = 1L;

    private final transient Plugins plugins;
    private final transient PluginUpload upload;

    @Activate
    public PluginsResource(@Reference Plugins plugins, @Reference PluginUploads uploads, @Reference AuditLog audit) {
        this.plugins = plugins;
        this.upload = new PluginUpload(uploads, audit);
    }

    @Override
    ApiReply handle(ApiRequest request) {
        return switch (request.method()) {
            case "GET" -> list();
            case "POST" -> upload.take(request);
            default -> ApiReply.methodNotAllowed("GET, POST");
        };
    }

    private ApiReply list() {
        return ApiReply.ok(JsonObject.builder()
                .put("settled", plugins.isSettled())
                .put(
                        "plugins",
                        plugins.list().stream().map(PluginsResource::plugin).toList())
                .build());
    }

    private static JsonObject plugin(PluginInfo plugin) {
        return JsonObject.builder()
                .put("id", plugin.id())
                .put("version", plugin.version())
                .put("state", plugin.state().text())
                .put("origin", plugin.origin())
                .put("contributions", plugin.contributions())
                .putIfPresent("reason", plugin.reason())
                .put("since", plugin.since())
                .build();
    }
}
