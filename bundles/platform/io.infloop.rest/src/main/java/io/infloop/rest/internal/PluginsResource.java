package io.infloop.rest.internal;

import io.infloop.host.PluginInfo;
import io.infloop.host.Plugins;
import io.infloop.spi.json.JsonObject;
import jakarta.servlet.Servlet;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /api/plugins}: every plugin, what it offers, and why one does not serve. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/api/plugins")
public final class PluginsResource extends ApiServlet {
    private static final long serialVersionUID = 1L;

    private final transient Plugins plugins;

    @Activate
    public PluginsResource(@Reference Plugins plugins) {
        this.plugins = plugins;
    }

    @Override
    ApiReply handle(ApiRequest request) {
        if (!request.method().equals("GET")) {
            return ApiReply.methodNotAllowed("GET");
        }
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
