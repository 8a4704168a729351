package io.infloop.core.internal.settings;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One setting in force, for people.
 *
 * @param value never a secret
 * @param standard its default
 * @param safeValue which value is safe; empty when every value is
 * @param advice what to do; empty unless the value weakens the server
 */
public record SettingReport(
        String name,
        String value,
        String standard,
        SettingOrigin origin,
        Optional<String> safeValue,
        Optional<String> advice) {

    public Map<String, Object> toJson() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("name", name);
        members.put("value", value);
        members.put("default", standard);
        members.put("from", origin == SettingOrigin.DEFAULT ? "default" : "environment");
        safeValue.ifPresent(safe -> members.put("safeValue", safe));
        advice.ifPresent(text -> members.put("advice", text));
        return members;
    }
}
