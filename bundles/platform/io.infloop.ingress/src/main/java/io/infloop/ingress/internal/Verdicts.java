package io.infloop.ingress.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.spi.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** What each check says of a delivery that is only tried. */
final class Verdicts {
    private final List<JsonObject> stages = new ArrayList<>();
    private boolean passes = true;

    /** @param detail a sentence for the operator */
    void pass(String stage, String detail) {
        add(stage, "pass").put("detail", detail);
        close();
    }

    /** A sender would get the error. */
    void refuse(String stage, ErrorCode code, String detail) {
        refuse(stage, code, code.httpStatus(), detail);
    }

    void refuse(String stage, ErrorCode code, int status, String detail) {
        passes = false;
        add(stage, "refuse").put("status", status).put("error", code.text()).put("detail", detail);
        close();
    }

    /** Genuine, but not wanted: a sender would get 204. */
    void filter(String stage, String detail) {
        passes = false;
        add(stage, "filter").put("status", 204).put("detail", detail);
        close();
    }

    /** A sender would get that status, and there would be no run. */
    void answer(String stage, int status, String detail) {
        passes = false;
        add(stage, "answer").put("status", status).put("detail", detail);
        close();
    }

    /** It cannot be said here, and does not keep the delivery from passing. */
    void open(String stage, String detail) {
        add(stage, "not-checked").put("detail", detail);
        close();
    }

    /** It cannot be said, because what it needs did not pass. */
    void unknown(String detail, String... names) {
        passes = false;
        for (String stage : names) {
            add(stage, "not-checked").put("detail", detail);
            close();
        }
    }

    private JsonObject.Builder current;

    private JsonObject.Builder add(String stage, String verdict) {
        current = JsonObject.builder().put("stage", stage).put("verdict", verdict);
        return current;
    }

    private void close() {
        stages.add(current.build());
    }

    /** Whether a delivery like this starts a run. */
    boolean passes() {
        return passes;
    }

    List<JsonObject> toJson() {
        return List.copyOf(stages);
    }
}
