package io.infloop.rest.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.ingress.Replays;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.DeliveryFilter;
import io.infloop.store.DeliveryStore;
import io.infloop.store.DeliverySummary;
import io.infloop.store.StoredDelivery;
import jakarta.servlet.Servlet;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /api/deliveries}: what came in, and taking it in again. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern({"/api/deliveries", "/api/deliveries/*"})
public final class DeliveriesResource extends ApiServlet {
    private static final long serialVersionUID = 1L;
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;
    private static final String REPLAY = "replay";

    private final transient DeliveryStore deliveries;
    private final transient DeliveryReplays replays;

    @Activate
    public DeliveriesResource(@Reference DeliveryStore deliveries, @Reference Replays replays) {
        this(deliveries, replays, Clock.systemUTC());
    }

    DeliveriesResource(DeliveryStore deliveries, Replays replays, Clock clock) {
        this.deliveries = deliveries;
        this.replays = new DeliveryReplays(deliveries, replays, clock);
    }

    @Override
    ApiReply handle(ApiRequest request) {
        List<String> path = request.path();
        if (path.size() == 1 && path.get(0).equals(REPLAY)) {
            return request.method().equals("POST") ? replays.many(request) : ApiReply.methodNotAllowed("POST");
        }
        if (path.size() == 2 && path.get(1).equals(REPLAY)) {
            return request.method().equals("POST")
                    ? with(path.get(0), found -> replays.one(request, found))
                    : ApiReply.methodNotAllowed("POST");
        }
        boolean body = path.size() == 2 && path.get(1).equals("body");
        if (path.size() > 1 && !body) {
            return ApiReply.error(ErrorCode.NOT_FOUND);
        }
        if (!request.method().equals("GET")) {
            return ApiReply.methodNotAllowed("GET");
        }
        if (path.isEmpty()) {
            return list(request);
        }
        return body
                ? with(path.get(0), this::body)
                : with(path.get(0), found -> ApiReply.ok("delivery", DeliveryJson.detail(found)));
    }

    private interface About {
        ApiReply answer(StoredDelivery delivery);
    }

    private ApiReply with(String id, About about) {
        Optional<StoredDelivery> found = DeliveryIds.isDeliveryId(id) ? deliveries.find(id) : Optional.empty();
        return found.map(about::answer).orElseGet(() -> ApiReply.error(ErrorCode.NOT_FOUND));
    }

    private ApiReply list(ApiRequest request) {
        int limit = (int) request.number("limit", 1, MAX_LIMIT).orElse(DEFAULT_LIMIT);
        DeliveryFilter filter = DeliveryFilters.of(request::query);
        List<DeliverySummary> found = deliveries.list(filter, request.number("before", 0, Long.MAX_VALUE), limit);
        JsonObject.Builder body = JsonObject.builder()
                .put("deliveries", found.stream().map(DeliveryJson::summary).toList());
        if (found.size() == limit) {
            body.put("nextBefore", Long.toString(found.get(limit - 1).place()));
        }
        return ApiReply.ok(body.build());
    }

    private ApiReply body(StoredDelivery delivery) {
        String id = delivery.summary().id();
        return deliveries
                .body(id)
                .map(bytes -> ApiReply.file(id + ".bin", bytes))
                .orElseGet(() -> ApiReply.error(
                        ErrorCode.NOT_FOUND, "the body of this delivery is not kept any more, or never was"));
    }
}
