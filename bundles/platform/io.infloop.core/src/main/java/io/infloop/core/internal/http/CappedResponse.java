package io.infloop.core.internal.http;

import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;

/** Goes with a {@link CappedRequest}: an error page that only follows from the cut body becomes the answer that says so. */
final class CappedResponse extends HttpServletResponseWrapper {
    private final CappedRequest request;

    CappedResponse(HttpServletResponse response, CappedRequest request) {
        super(response);
        this.request = request;
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        if (request.isExceeded() && !isCommitted()) {
            Door.answerTooLarge(this);
        } else {
            super.sendError(status, message);
        }
    }

    @Override
    public void sendError(int status) throws IOException {
        if (request.isExceeded() && !isCommitted()) {
            Door.answerTooLarge(this);
        } else {
            super.sendError(status);
        }
    }
}
