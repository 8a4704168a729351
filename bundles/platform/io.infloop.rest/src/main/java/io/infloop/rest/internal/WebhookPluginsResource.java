package io.infloop.rest.internal;

import io.infloop.host.Contributions;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.ConfigField;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.ValueRule;
import io.infloop.spi.webhook.WebhookEvent;
import io.infloop.spi.webhook.WebhookSource;
import jakarta.servlet.Servlet;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /api/webhook-plugins}: the services that can send webhooks. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/api/webhook-plugins")
public final class WebhookPluginsResource extends ApiServlet {
    private static final long serialVersionUID = 1L;
    private static final Comparator<WebhookSource.Descriptor> GENERIC_FIRST = Comparator.comparing(
                    (WebhookSource.Descriptor source) -> !source.id().equals("generic"))
            .thenComparing(WebhookSource.Descriptor::displayName, String.CASE_INSENSITIVE_ORDER)
            .thenComparing(WebhookSource.Descriptor::id);

    private final transient Contributions contributions;

    @Activate
    public WebhookPluginsResource(@Reference Contributions contributions) {
        this.contributions = contributions;
    }

    @Override
    ApiReply handle(ApiRequest request) {
        if (!request.method().equals("GET")) {
            return ApiReply.methodNotAllowed("GET");
        }
        Set<String> missing = new ComingSources(contributions).awaitAll();
        List<JsonObject> sources = contributions.all(WebhookSource.class).stream()
                .map(entry -> entry.descriptorAs(WebhookSource.Descriptor.class))
                .sorted(GENERIC_FIRST)
                .map(WebhookPluginsResource::source)
                .toList();
        JsonObject.Builder answer = JsonObject.builder().put("plugins", sources);
        if (!missing.isEmpty()) {
            answer.put("arriving", missing.stream().sorted().toList());
        }
        return ApiReply.ok(answer.build());
    }

    private static JsonObject source(WebhookSource.Descriptor source) {
        JsonObject.Builder json = JsonObject.builder()
                .put("id", source.id())
                .put("displayName", source.displayName())
                .putIfPresent("description", source.description())
                .putIfPresent("icon", source.icon())
                .putIfPresent("docsUrl", source.docsUrl())
                .putIfPresent(
                        "eventHeader",
                        source.eventType()
                                .flatMap(ValueRule::place)
                                .filter(location -> location.from() == ValueLocation.From.HEADER)
                                .map(ValueLocation::name))
                .putIfPresent("eventType", source.eventType().map(WebhookPluginsResource::rule))
                .put(
                        "events",
                        source.events().stream()
                                .map(WebhookPluginsResource::event)
                                .toList())
                .putIfPresent("deliveryId", source.deliveryId().map(WebhookPluginsResource::rule))
                .putIfPresent("signature", source.signature().map(signature -> JsonObject.builder()
                        .put("scheme", signature.scheme())
                        .put("settings", signature.settings())
                        .build()));
        if (!source.config().isEmpty()) {
            json.put(
                    "config",
                    source.config().stream().map(WebhookPluginsResource::field).toList());
        }
        return json.build();
    }

    private static JsonObject field(ConfigField field) {
        return JsonObject.builder()
                .put("name", field.name())
                .putIfPresent("description", field.description())
                .put("required", field.required())
                .build();
    }

    /** As manifests write it. */
    private static JsonObject rule(ValueRule rule) {
        if (rule instanceof ValueRule.Located located) {
            return location(located.location());
        }
        if (rule instanceof ValueRule.Templated templated) {
            return JsonObject.of("template", templated.template().source());
        }
        if (rule instanceof ValueRule.FirstKey first) {
            return JsonObject.of(
                    "firstKeyExcept", first.except().stream().sorted().toList());
        }
        return JsonObject.of(
                "firstOf",
                ((ValueRule.FirstOf) rule)
                        .rules().stream().map(WebhookPluginsResource::rule).toList());
    }

    private static JsonObject location(ValueLocation location) {
        return JsonObject.builder()
                .put("from", location.from().name().toLowerCase(Locale.ROOT))
                .put("name", location.name())
                .build();
    }

    private static JsonObject event(WebhookEvent event) {
        return JsonObject.builder()
                .put("type", event.type())
                .put("displayName", event.displayName())
                .put(
                        "fields",
                        event.fields().stream()
                                .map(field -> JsonObject.builder()
                                        .put("path", field.path())
                                        .put("type", field.type())
                                        .putIfPresent("description", field.description())
                                        .build())
                                .toList())
                .putIfPresent("examplePayload", event.examplePayload())
                .build();
    }
}
