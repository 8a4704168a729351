package io.infloop.core.posture;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One thing that the server's security rests on, as it is now.
 *
 * @param subject a setting's name, or a few words
 * @param value what it is; never a secret
 * @param advice what to do about it; empty when it is safe
 */
public record PostureLine(String subject, String value, Optional<String> advice) {
    public PostureLine {
        Objects.requireNonNull(subject, "subject is null");
        Objects.requireNonNull(value, "value is null");
        Objects.requireNonNull(advice, "advice is null");
    }

    public static PostureLine safe(String subject, String value) {
        return new PostureLine(subject, value, Optional.empty());
    }

    /** @param advice one sentence: what to do */
    public static PostureLine weakened(String subject, String value, String advice) {
        return new PostureLine(subject, value, Optional.of(advice));
    }

    public boolean isSafe() {
        return advice.isEmpty();
    }

    public Map<String, Object> toJson() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("setting", subject);
        members.put("value", value);
        members.put("state", isSafe() ? "safe" : "weakened");
        advice.ifPresent(text -> members.put("advice", text));
        return members;
    }
}
