package io.infloop.rest.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.store.WorkflowStore.FileProblem;
import java.util.List;

/** Lists of what lies in files say which files cannot be used. */
final class FileProblems {
    private FileProblems() {}

    /** The list, with {@code problems} only if there are any. */
    static ApiReply listed(JsonObject.Builder body, List<FileProblem> problems) {
        if (!problems.isEmpty()) {
            body.put(
                    "problems",
                    problems.stream()
                            .map(problem -> JsonObject.builder()
                                    .put("file", problem.file())
                                    .put("reason", problem.reason())
                                    .build())
                            .toList());
        }
        return ApiReply.ok(body.build());
    }
}
