package io.infloop.rest.internal;

import io.infloop.host.Contributions;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.provider.Provider;
import io.infloop.spi.provider.ProviderDescriptor;
import jakarta.servlet.Servlet;
import java.util.Comparator;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /api/providers}: the agents that workflows can call. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/api/providers")
public final class ProvidersResource extends ApiServlet {
    private static final long serialVersionUID = 1L;
    private static final Comparator<ProviderDescriptor> BY_LABEL = Comparator.comparing(
                    ProviderDescriptor::label, String.CASE_INSENSITIVE_ORDER)
            .thenComparing(ProviderDescriptor::id);

    private final transient Contributions contributions;

    @Activate
    public ProvidersResource(@Reference Contributions contributions) {
        this.contributions = contributions;
    }

    @Override
    ApiReply handle(ApiRequest request) {
        if (!request.method().equals("GET")) {
            return ApiReply.methodNotAllowed("GET");
        }
        List<JsonObject> providers = contributions.all(Provider.class).stream()
                .map(entry -> entry.descriptorAs(ProviderDescriptor.class))
                .sorted(BY_LABEL)
                .map(ProvidersResource::provider)
                .toList();
        return ApiReply.ok("providers", providers);
    }

    private static JsonObject provider(ProviderDescriptor provider) {
        return JsonObject.builder()
                .put("id", provider.id())
                .put("label", provider.label())
                .put("description", provider.description())
                .putIfPresent("glyph", provider.glyph())
                .put("transport", provider.transport())
                .put("needsWorkingDirectory", provider.needsWorkingDirectory())
                .put("hasDangerousArgs", provider.canSkipPermissions())
                .put("hasEgressAllowlist", provider.limitsEgress())
                .build();
    }
}
