package io.infloop.core.internal.http;

import io.infloop.core.error.ErrorCode;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;

/** What a body may be, by what it is for. Deliveries of webhooks have rules of their own, which their trigger sets. */
enum BodyRule {
    MANAGEMENT(4L << 20, "application/json"),
    /** Goes to the disk as it arrives. */
    PLUGIN_UPLOAD(64L << 20, "application/octet-stream");

    private static final String UPLOADS = "/api/plugins";

    private final long cap;
    private final String type;

    BodyRule(long cap, String type) {
        this.cap = cap;
        this.type = type;
    }

    static BodyRule of(String method, String path) {
        return method.equals("POST") && path.equals(UPLOADS) ? PLUGIN_UPLOAD : MANAGEMENT;
    }

    /** In bytes. */
    long cap() {
        return cap;
    }

    boolean hasRightType(HttpServletRequest request) {
        String given = request.getContentType();
        return given != null
                && given.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(type);
    }

    DoorRefusal wrongType() {
        return DoorRefusal.of(
                ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                "this takes a body of the type " + type + "; send it with that Content-Type");
    }
}
