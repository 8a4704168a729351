package io.infloop.engine.internal.state;

import io.infloop.spi.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The values that templates and nodes see: the outputs so far by node id, {@code inputs} and {@code globals}. Outputs are immutable,
 * so snapshots and copies share them. Thread-safe.
 */
public final class Scope {
    private final Map<String, Object> values;
    private final Map<String, Object> written = new LinkedHashMap<>();
    private JsonObject snapshot;
    private JsonObject view;
    private JsonObject viewOf;

    private Scope(Map<String, Object> values) {
        this.values = new LinkedHashMap<>(values);
    }

    /** A scope at its beginning: {@code globals} and {@code inputs} only if there are any. */
    public static Scope seeded(JsonObject globals, JsonObject inputs) {
        Map<String, Object> values = new LinkedHashMap<>();
        if (!globals.isEmpty()) {
            values.put("globals", Bounds.object(globals, Bounds.OUTPUT_TEXT));
        }
        if (!inputs.isEmpty()) {
            values.put("inputs", Bounds.object(inputs, Bounds.OUTPUT_TEXT));
        }
        return new Scope(values);
    }

    /** A scope that begins with the values of this one and goes its own way. */
    public synchronized Scope fork() {
        return new Scope(values);
    }

    public synchronized void put(String nodeId, JsonObject outputs) {
        values.put(nodeId, outputs);
        written.put(nodeId, outputs);
        snapshot = null;
        view = null;
    }

    public synchronized JsonObject values() {
        if (snapshot == null) {
            snapshot = JsonObject.of(values);
        }
        return snapshot;
    }

    /** The outputs put since this scope was made, by node id. */
    public synchronized JsonObject written() {
        return JsonObject.of(written);
    }

    /** The values as nodes see them: with {@code run}, and the inputs under their old name too. */
    public synchronized JsonObject view(JsonObject run) {
        if (view == null || !run.equals(viewOf)) {
            JsonObject.Builder all = values().toBuilder();
            if (values.containsKey("inputs")) {
                all.put("__inputs", values.get("inputs"));
            }
            view = all.put("run", run).build();
            viewOf = run;
        }
        return view;
    }
}
