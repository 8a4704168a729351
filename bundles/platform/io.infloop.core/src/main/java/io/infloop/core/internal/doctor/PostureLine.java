package io.infloop.core.internal.doctor;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One security setting in force.
 *
 * @param value never a secret
 * @param advice what to do when it is weakened; empty when safe
 */
record PostureLine(String setting, String value, boolean safe, String advice) {
    static PostureLine safe(String setting, String value) {
        return new PostureLine(setting, value, true, "");
    }

    static PostureLine weakened(String setting, String value, String advice) {
        return new PostureLine(setting, value, false, advice);
    }

    Map<String, Object> toJson() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("setting", setting);
        members.put("value", value);
        members.put("state", safe ? "safe" : "weakened");
        if (!safe) {
            members.put("advice", advice);
        }
        return members;
    }
}
