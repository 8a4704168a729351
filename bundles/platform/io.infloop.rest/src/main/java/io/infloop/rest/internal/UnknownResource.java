package io.infloop.rest.internal;

import io.infloop.core.error.ErrorCode;
import jakarta.servlet.Servlet;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/**
 * {@code /api/*}: what no other resource answers. A resource of ours is away only while something it needs is, so its callers are
 * asked to come back.
 */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/api/*")
public final class UnknownResource extends ApiServlet {
    private static final long serialVersionUID = 1L;
    private static final Set<String> OURS = Set.of(
            "audit",
            "audit/checkpoint",
            "audit/verify",
            "auth/login",
            "auth/logout",
            "auth/session",
            "deliveries",
            "events",
            "fs/list",
            "health",
            "metrics",
            "node-types",
            "plugins",
            "posture",
            "providers",
            "queue/dead",
            "run",
            "run/stop",
            "runs",
            "threads",
            "triggers",
            "version",
            "webhook",
            "webhook-plugins",
            "workflows");
    private static final Set<String> OURS_WITH_CHILDREN =
            Set.of("deliveries", "runs", "triggers", "webhook", "workflows");

    @Activate
    public UnknownResource() {}

    @Override
    ApiReply handle(ApiRequest request) {
        String path = String.join("/", request.path());
        boolean child = (!request.path().isEmpty()
                        && OURS_WITH_CHILDREN.contains(request.path().get(0)))
                || path.startsWith("queue/dead/");
        if (child || OURS.contains(path)) {
            return ApiReply.error(
                    ErrorCode.PLUGIN_UNAVAILABLE, "this part of the server is not in service right now; try again");
        }
        return ApiReply.error(ErrorCode.NOT_FOUND);
    }
}
