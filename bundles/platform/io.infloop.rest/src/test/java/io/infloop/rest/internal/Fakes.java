package io.infloop.rest.internal;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.host.ContributionUnavailableException;
import io.infloop.host.Contributions;
import io.infloop.host.Lease;
import io.infloop.host.PluginRef;
import io.infloop.spi.Contribution;
import io.infloop.spi.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Neighbours and requests in the test's hands. */
final class Fakes {
    private Fakes() {}

    /** What a method of a neighbour does. */
    @FunctionalInterface
    interface Behaviour {
        Object call(String method, Object[] arguments) throws Exception;
    }

    static <T> T fake(Class<T> type, Behaviour behaviour) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    Object result = behaviour.call(method.getName(), arguments);
                    return method.getReturnType() == void.class ? null : result;
                }));
    }

    static AuditLog audit(List<AuditEvent> events) {
        return fake(
                AuditLog.class,
                (method, arguments) -> events.add(
                        arguments[0] instanceof AuditEvent.Builder builder
                                ? builder.build()
                                : (AuditEvent) arguments[0]));
    }

    static <T extends Contribution> Contributions.Entry<T> entry(T service, Object descriptor) {
        return new Contributions.Entry<>(service.id(), service, descriptor, new PluginRef("p", "1.0.0", true), 1);
    }

    static Contributions contributions(List<Contributions.Entry<?>> entries) {
        return contributions(entries, new HashSet<>(), ids -> {});
    }

    /**
     * @param coming ids of sources that are on their way
     * @param await what happens when somebody waits for some of them
     */
    @SuppressWarnings("unchecked")
    static Contributions contributions(
            List<Contributions.Entry<?>> entries, Set<String> coming, Consumer<Set<String>> await) {
        return fake(Contributions.class, (method, arguments) -> {
            if (method.equals("coming")) {
                return Set.copyOf(coming);
            }
            if (method.equals("awaitComing")) {
                Set<String> ids = new HashSet<>((Set<String>) arguments[1]);
                ids.retainAll(coming);
                if (!ids.isEmpty()) {
                    await.accept(ids);
                }
                return null;
            }
            Class<?> kind = (Class<?>) arguments[0];
            List<Contributions.Entry<?>> ofKind = new ArrayList<>(entries);
            ofKind.removeIf(entry -> !kind.isInstance(entry.service()));
            if (method.equals("all")) {
                return ofKind;
            }
            Optional<Contributions.Entry<?>> found = ofKind.stream()
                    .filter(entry -> entry.id().equals(arguments[1]))
                    .findFirst();
            return method.equals("find")
                    ? found
                    : lease(found.orElseThrow(() -> new ContributionUnavailableException("none")));
        });
    }

    private static Lease<?> lease(Contributions.Entry<?> entry) {
        return fake(Lease.class, (method, arguments) -> method.equals("call") ? called(entry, arguments[1]) : null);
    }

    @SuppressWarnings("unchecked")
    private static Object called(Contributions.Entry<?> entry, Object call) throws Exception {
        return ((Lease.Call<Object, Object>) call).apply(entry.service());
    }

    // ---- requests

    static ApiReply get(ApiServlet resource, String path) {
        return call(resource, "GET", path, "", Map.of());
    }

    static ApiReply post(ApiServlet resource, String path, String body) {
        return call(resource, "POST", path, body, Map.of());
    }

    static ApiReply put(ApiServlet resource, String path, String body) {
        return call(resource, "PUT", path, body, Map.of());
    }

    static ApiReply delete(ApiServlet resource, String path) {
        return call(resource, "DELETE", path, "", Map.of());
    }

    /** @param path what follows the resource's own path, with a query if need be */
    static ApiReply call(ApiServlet resource, String method, String path, String body, Map<String, String> headers) {
        String[] parts = path.split("\\?", 2);
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        Map<String, String> lowerCase = new LinkedHashMap<>(headers);
        return resource.answer(new ApiRequest(
                method,
                ApiRequest.segments(parts[0]),
                QueryString.parse(parts.length > 1 ? parts[1] : ""),
                name -> Optional.ofNullable(lowerCase.get(name)),
                () -> new ByteArrayInputStream(bytes),
                () -> Actor.API_TOKEN));
    }

    static JsonObject body(ApiReply reply) {
        return reply.body().orElseThrow();
    }

    static String text(ApiReply reply) {
        return reply.status() + " " + reply.body().map(JsonObject::toString).orElse("");
    }
}
