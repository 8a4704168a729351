package io.infloop.rest.internal;

import io.infloop.core.posture.Posture;
import io.infloop.core.posture.PostureLine;
import io.infloop.spi.json.JsonObject;
import jakarta.servlet.Servlet;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /api/posture}: what the security of this server rests on, and every setting in force. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/api/posture")
public final class PostureResource extends ApiServlet {
    private static final long serialVersionUID = 1L;

    private final transient Posture posture;

    @Activate
    public PostureResource(@Reference Posture posture) {
        this.posture = posture;
    }

    @Override
    ApiReply handle(ApiRequest request) {
        if (!request.method().equals("GET")) {
            return ApiReply.methodNotAllowed("GET");
        }
        return ApiReply.ok(JsonObject.builder()
                .put(
                        "posture",
                        posture.lines().stream().map(PostureLine::toJson).toList())
                .put("weakened", posture.weakened())
                .put("settings", posture.settings())
                .put("warnings", posture.warnings())
                .build());
    }
}
