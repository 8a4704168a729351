package io.infloop.host.internal.manifest;

import io.infloop.host.internal.RefusedException;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.ValueRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads how a value is made of a request. */
final class ValueRules {
    private static final String EXAMPLE = "{\"from\":\"header\",\"name\":\"x-event\"}";

    private ValueRules() {}

    static Optional<ValueRule> read(Fields fields, String name) throws RefusedException {
        Optional<Fields> rule = fields.object().get(name) == null ? Optional.empty() : fields.inner(name, EXAMPLE);
        return rule.isEmpty() ? Optional.empty() : Optional.of(rule(rule.get()));
    }

    private static ValueRule rule(Fields rule) throws RefusedException {
        if (rule.object().has("template")) {
            rule.onlyKnown(Set.of("template"));
            String template = rule.text("template");
            return rule.checked(() -> ValueRule.template(template));
        }
        if (rule.object().has("firstKeyExcept")) {
            rule.onlyKnown(Set.of("firstKeyExcept"));
            return new ValueRule.FirstKey(Set.copyOf(rule.texts("firstKeyExcept")));
        }
        if (rule.object().has("firstOf")) {
            rule.onlyKnown(Set.of("firstOf"));
            List<ValueRule> rules = new ArrayList<>();
            for (Object element : rule.array("firstOf")) {
                if (!(element instanceof JsonObject object)) {
                    throw rule.refused("\"firstOf\" must be a list of objects such as " + EXAMPLE);
                }
                rules.add(rule(rule.at("\"firstOf\" " + (rules.size() + 1), object)));
            }
            return rule.checked(() -> new ValueRule.FirstOf(rules));
        }
        return ValueRule.at(rule.checked(() -> ValueLocation.of(rule.object(), "")));
    }
}
