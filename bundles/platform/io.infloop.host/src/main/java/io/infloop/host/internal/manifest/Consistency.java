package io.infloop.host.internal.manifest;

import io.infloop.host.internal.RefusedException;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.ChallengeRule;
import io.infloop.spi.webhook.ConfigField;
import io.infloop.spi.webhook.RequestTemplate;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.ValueRule;
import io.infloop.spi.webhook.WebhookSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Refuses what is well written and would never work: values that nobody gives. */
final class Consistency {
    private static final String CONFIG = "{config:";

    private Consistency() {}

    static void check(Fields fields, WebhookSource.Descriptor source) throws RefusedException {
        Set<String> declared = source.config().stream().map(ConfigField::name).collect(Collectors.toUnmodifiableSet());
        for (RequestTemplate template : templates(source)) {
            for (String name : template.names()) {
                if (!name.equals("secret")) {
                    throw fields.refused("\"challenges\": there is no place {" + name + "} in an answer");
                }
            }
            declared(fields, declared, template.configNames());
        }
        if (source.signature().isPresent()) {
            Set<String> wanted = new TreeSet<>();
            collect(source.signature().get().settings(), wanted);
            declared(fields, declared, wanted);
        }
        boolean items = Stream.of(source.eventType(), source.deliveryId(), source.replayKey())
                .flatMap(Optional::stream)
                .anyMatch(Consistency::readsItems);
        if (items && source.batch().isEmpty()) {
            throw fields.refused("\"from\": \"item\" needs a \"batch\" whose elements are the items");
        }
    }

    private static void declared(Fields fields, Set<String> declared, Set<String> wanted) throws RefusedException {
        for (String name : wanted) {
            if (!declared.contains(name)) {
                throw fields.refused("{config:" + name + "} is used, but \"config\" has no field \"" + name + "\"");
            }
        }
    }

    private static List<RequestTemplate> templates(WebhookSource.Descriptor source) {
        List<RequestTemplate> templates = new ArrayList<>();
        for (ChallengeRule rule : source.challenges()) {
            templates.addAll(rule.when().templates());
            templates.addAll(rule.respond().templates());
        }
        return templates;
    }

    private static boolean readsItems(ValueRule rule) {
        if (rule instanceof ValueRule.FirstOf first) {
            return first.rules().stream().anyMatch(Consistency::readsItems);
        }
        if (rule instanceof ValueRule.Templated templated) {
            return templated.template().locations().stream()
                    .anyMatch(location -> location.from() == ValueLocation.From.ITEM);
        }
        return rule.place()
                .filter(location -> location.from() == ValueLocation.From.ITEM)
                .isPresent();
    }

    /** The values of the trigger that a signature's texts name. */
    private static void collect(Object settings, Set<String> names) {
        if (settings instanceof JsonObject object) {
            object.asMap().values().forEach(value -> collect(value, names));
        } else if (settings instanceof List<?> elements) {
            elements.forEach(element -> collect(element, names));
        } else if (settings instanceof String text) {
            for (int at = text.indexOf(CONFIG); at >= 0; at = text.indexOf(CONFIG, at + 1)) {
                int start = at + CONFIG.length();
                int end = start;
                while (end < text.length() && text.charAt(end) != '}' && text.charAt(end) != '|') {
                    end++;
                }
                names.add(text.substring(start, end));
            }
        }
    }
}
