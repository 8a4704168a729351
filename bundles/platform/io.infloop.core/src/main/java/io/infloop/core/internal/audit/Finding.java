package io.infloop.core.internal.audit;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The first place where the log is not as it was written.
 *
 * @param line in its file, from 1; 0 where no line is meant
 * @param message what is wrong there, in one sentence
 */
record Finding(Kind kind, String file, long line, OptionalLong seq, String message) {
    /** What happened to the line. */
    enum Kind {
        CHANGED,
        REMOVED,
        REORDERED,
        CUT,
        FOREIGN,
        /** Not a line: the head. */
        HEAD,
        /** Not a line: the key. */
        KEY,
        /** Not a line: the head given by the caller. */
        CHECKPOINT,
        /** The log has no chain yet. */
        UNSEALED
    }

    /** About no line. */
    static Finding of(Kind kind, String message) {
        return new Finding(kind, "", 0, OptionalLong.empty(), message);
    }

    Map<String, Object> toJson() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("kind", kind.name().toLowerCase(Locale.ROOT));
        if (line > 0) {
            members.put("file", file);
            members.put("line", line);
        }
        seq.ifPresent(number -> members.put("seq", number));
        members.put("message", message);
        return members;
    }
}
