package io.infloop.core.internal.http;

import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.util.Optional;

/** Goes with a {@link GatedRequest}: an error page that only follows from the refused body becomes the answer that says so. */
final class GatedResponse extends HttpServletResponseWrapper {
    private final GatedRequest request;

    GatedResponse(HttpServletResponse response, GatedRequest request) {
        super(response);
        this.request = request;
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        if (!answersRefusal()) {
            super.sendError(status, message);
        }
    }

    @Override
    public void sendError(int status) throws IOException {
        if (!answersRefusal()) {
            super.sendError(status);
        }
    }

    private boolean answersRefusal() throws IOException {
        Optional<DoorRefusal> refusal = isCommitted() ? Optional.empty() : request.refusal();
        if (refusal.isPresent()) {
            DoorAnswers.refuse(this, refusal.get());
        }
        return refusal.isPresent();
    }
}
