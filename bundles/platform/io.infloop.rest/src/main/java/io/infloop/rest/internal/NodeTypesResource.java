package io.infloop.rest.internal;

import io.infloop.host.Contributions;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeDescriptor;
import io.infloop.spi.node.NodeType;
import jakarta.servlet.Servlet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /api/node-types}: the kinds of steps, with everything an editor needs to show and configure them. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/api/node-types")
public final class NodeTypesResource extends ApiServlet {
    private static final long serialVersionUID = 1L;

    private final transient Contributions contributions;

    @Activate
    public NodeTypesResource(@Reference Contributions contributions) {
        this.contributions = contributions;
    }

    @Override
    ApiReply handle(ApiRequest request) {
        if (!request.method().equals("GET")) {
            return ApiReply.methodNotAllowed("GET");
        }
        List<JsonObject> types = contributions.all(NodeType.class).stream()
                .map(entry -> nodeType(
                        entry.descriptorAs(NodeDescriptor.class), entry.plugin().id()))
                .toList();
        return ApiReply.ok("nodeTypes", types);
    }

    private static JsonObject nodeType(NodeDescriptor type, String pluginId) {
        return JsonObject.builder()
                .put("id", type.id())
                .put("title", type.title())
                .put("group", type.group())
                .put("description", type.description())
                .put("icon", type.icon())
                .put("configSchema", type.configSchema())
                .put("templatedFields", type.templatedFields())
                .put(
                        "outputs",
                        type.outputs().stream()
                                .map(output -> JsonObject.builder()
                                        .put("name", output.name())
                                        .put("type", output.type())
                                        .put("description", output.description())
                                        .build())
                                .toList())
                .put("handles", type.handles())
                .put("acceptsInput", type.acceptsInput())
                .putIfPresent(
                        "container",
                        type.container().map(container -> JsonObject.of("bodySignals", signals(container))))
                .putIfPresent("resultEvent", type.resultEvent().map(event -> JsonObject.builder()
                        .put("type", event.type())
                        .put("fields", event.fields())
                        .build()))
                .put("plugin", pluginId)
                .build();
    }

    private static Map<String, String> signals(NodeDescriptor.Container container) {
        Map<String, String> signals = new TreeMap<>();
        container
                .bodySignals()
                .forEach((handle, signal) -> signals.put(handle, signal.name().toLowerCase(Locale.ROOT)));
        return signals;
    }
}
