package io.infloop.ingress.internal;

import io.infloop.engine.Workflows.InputDeclaration;
import io.infloop.engine.input.RunInputs;
import io.infloop.spi.json.JsonObject;
import java.util.List;
import java.util.Map;

/** What a delivery would do, for the operator who tries a trigger. */
final class DryRun {
    private DryRun() {}

    static Reply reply(
            CompiledTrigger definition, Map<String, Object> scope, List<InputDeclaration> declared, boolean verified) {
        List<CompiledTrigger.Tested> tested = definition.test(scope);
        boolean matches = tested.stream().allMatch(CompiledTrigger.Tested::holds);
        RunInputs.Resolution resolution = RunInputs.resolve(declared, definition.inputs(scope));
        JsonObject.Builder body = JsonObject.builder()
                .put("dryRun", true)
                .put("fires", matches && resolution instanceof RunInputs.Resolved)
                .put("verified", verified)
                .put(
                        "predicates",
                        tested.stream().map(CompiledTrigger.Tested::toJson).toList());
        if (resolution instanceof RunInputs.Resolved resolved) {
            body.put("inputs", resolved.values());
        } else if (resolution instanceof RunInputs.Invalid invalid) {
            body.put("invalidInputs", invalid.toJson());
        }
        return Reply.json(200, body.build());
    }
}
