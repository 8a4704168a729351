package io.infloop.ingress.internal;

import io.infloop.engine.Workflows.InputDeclaration;
import io.infloop.engine.input.RunInputs;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.Concurrency;
import io.infloop.store.DedupKey;
import io.infloop.store.Trigger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a delivery would do, stage by stage, for the operator who tries a trigger. */
final class DryRun {
    private final CompiledTrigger definition;
    private final List<InputDeclaration> declared;
    private final List<JsonObject> stages = new ArrayList<>();
    private boolean fires = true;

    private DryRun(CompiledTrigger definition, List<InputDeclaration> declared) {
        this.definition = definition;
        this.declared = declared;
    }

    /**
     * Of a batch the first event of the right type stands for all.
     *
     * @param verified whether a signature proved the delivery; it was not refused in any case
     */
    static Reply reply(Arrival arrival, CompiledTrigger definition, List<InputDeclaration> declared, boolean verified) {
        return new DryRun(definition, declared).of(arrival, verified);
    }

    private Reply of(Arrival arrival, boolean verified) {
        Trigger trigger = arrival.inbound().trigger();
        stage("signature", true, verified ? "the signature fits" : "no signature was needed");
        Optional<Arrival.Part> part = arrival.parts().stream()
                .filter(candidate -> Selection.isOfType(trigger, arrival.profile(), candidate))
                .findFirst();
        stage("event", part.isPresent(), event(arrival, part));
        JsonObject.Builder body = JsonObject.builder();
        if (part.isPresent()) {
            event(arrival, part.get(), body);
        } else {
            body.put("predicates", List.of());
        }
        return Reply.json(
                200,
                JsonObject.builder()
                        .put("dryRun", true)
                        .put("fires", fires)
                        .put("verified", verified)
                        .putAll(body.build())
                        .put("stages", stages)
                        .build());
    }

    private static String event(Arrival arrival, Optional<Arrival.Part> part) {
        if (arrival.profile().descriptor().eventType().isEmpty()) {
            return part.isPresent() ? "the source names no events" : "the batch is empty";
        }
        String wanted = arrival.inbound().trigger().eventType().orElse("");
        return part.isPresent()
                ? "the event is '" + wanted + "'"
                : "the trigger wants '" + wanted + "', and there is none";
    }

    private void event(Arrival arrival, Arrival.Part part, JsonObject.Builder body) {
        Map<String, Object> scope = arrival.scope(part, definition.wanted());
        List<CompiledTrigger.Tested> tested = definition.test(scope);
        boolean matches = tested.stream().allMatch(CompiledTrigger.Tested::holds);
        body.put(
                "predicates",
                tested.stream().map(CompiledTrigger.Tested::toJson).toList());
        stage("predicates", matches, matches ? "all hold" : "one of them does not hold");
        RunInputs.Resolution resolution = RunInputs.resolve(declared, definition.inputs(scope));
        if (resolution instanceof RunInputs.Resolved resolved) {
            body.put("inputs", resolved.values());
            stage("inputs", true, "they fit the workflow");
        } else if (resolution instanceof RunInputs.Invalid invalid) {
            body.put("invalidInputs", invalid.toJson());
            stage("inputs", false, "input '" + invalid.field() + "': " + invalid.reason());
        }
        Selection selection = new Selection(definition, declared);
        Optional<String> key = Selection.deliveryKey(arrival)
                .or(() -> selection.dedup(arrival.inbound(), arrival.profile(), part, scope))
                .map(DedupKey::value);
        key.ifPresent(value -> body.put("dedupKey", value));
        Optional<Concurrency> concurrency = definition.concurrency(scope);
        concurrency.ifPresent(value -> body.put("concurrencyKey", value.key()));
    }

    private void stage(String name, boolean passed, String detail) {
        stages.add(JsonObject.builder()
                .put("stage", name)
                .put("passed", passed)
                .put("detail", detail)
                .build());
        fires &= passed;
    }
}
