package io.infloop.ingress.internal;

import io.infloop.spi.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;

/** The document of a batch without its events. */
final class Envelope {
    private Envelope() {}

    /** @param pointer JSON Pointer to the events; what it does not lead to stays */
    static Object without(Object json, String pointer) {
        if (pointer.isEmpty() || !(json instanceof JsonObject object)) {
            return JsonObject.EMPTY;
        }
        return withoutMember(object, pointer);
    }

    private static JsonObject withoutMember(JsonObject object, String pointer) {
        int slash = pointer.indexOf('/', 1);
        String name = (slash < 0 ? pointer.substring(1) : pointer.substring(1, slash))
                .replace("~1", "/")
                .replace("~0", "~");
        Map<String, Object> members = new LinkedHashMap<>(object.asMap());
        if (slash < 0) {
            members.remove(name);
        } else if (members.get(name) instanceof JsonObject below) {
            members.put(name, withoutMember(below, pointer.substring(slash)));
        }
        JsonObject.Builder without = JsonObject.builder();
        members.forEach(without::put);
        return without.build();
    }
}
