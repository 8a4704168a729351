package io.infloop.host.internal.manifest;

import io.infloop.host.internal.RefusedException;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.ChallengeRule;
import io.infloop.spi.webhook.RequestCondition;
import io.infloop.spi.webhook.RequestTemplate;
import io.infloop.spi.webhook.ValueLocation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads handshakes. */
final class Challenges {
    private static final int MAX_CHALLENGES = 16;
    private static final int MAX_HEADERS = 16;

    private Challenges() {}

    static List<ChallengeRule> read(Fields fields, boolean signed) throws RefusedException {
        if (!fields.object().has("challenges")) {
            return List.of();
        }
        List<ChallengeRule> rules = new ArrayList<>();
        for (Object element : fields.array("challenges")) {
            String place = "challenge " + (rules.size() + 1);
            if (!(element instanceof JsonObject object) || rules.size() == MAX_CHALLENGES) {
                throw fields.refused(place + " must be an object, and there are at most " + MAX_CHALLENGES);
            }
            rules.add(rule(fields.at(place, object), signed));
        }
        return rules;
    }

    private static ChallengeRule rule(Fields rule, boolean signed) throws RefusedException {
        rule.onlyKnown(Set.of("when", "verifySignature", "onlyWhileUnbound", "captureSecret", "respond"));
        Fields when = rule.inner("when", "{\"method\":\"GET\",\"queryPresent\":\"challenge\"}")
                .orElseThrow(() -> rule.refused("\"when\" is missing: it says which requests are the handshake"));
        RequestCondition condition = rule.checked(() -> RequestCondition.of(when.object(), "when."));
        Optional<ValueLocation> capture = Optional.empty();
        Optional<Fields> captured = rule.inner("captureSecret", "{\"from\":\"header\",\"name\":\"x-hook-secret\"}");
        if (captured.isPresent()) {
            capture = Optional.of(
                    rule.checked(() -> ValueLocation.of(captured.get().object(), "captureSecret.")));
        }
        Optional<ValueLocation> secret = capture;
        boolean unbound = rule.flag("onlyWhileUnbound", false) || secret.isPresent();
        boolean verify = rule.flag("verifySignature", signed && !unbound);
        if (verify && !signed) {
            throw rule.refused("\"verifySignature\" needs a \"signature\"");
        }
        ChallengeRule.Respond respond = respond(rule.inner("respond", "{\"status\":200}")
                .orElseThrow(() -> rule.refused("\"respond\" is missing: it says what is answered")));
        return rule.checked(() -> new ChallengeRule(condition, verify, unbound, secret, respond));
    }

    private static ChallengeRule.Respond respond(Fields respond) throws RefusedException {
        respond.onlyKnown(Set.of("status", "contentType", "headers", "body", "json"));
        int status = respond.status("status", 200, 499, 200);
        Map<String, RequestTemplate> headers = headers(respond);
        if (respond.object().has("json")) {
            if (respond.object().has("body") || respond.object().has("contentType")) {
                throw respond.refused("\"json\" is the body and says the content type; keep it alone");
            }
            Object document = respond.object().get("json");
            return respond.checked(() -> ChallengeRule.Respond.json(status, headers, document));
        }
        String body = respond.anyText("body", "");
        String contentType = respond.optionalText("contentType").orElse("text/plain");
        return respond.checked(() -> new ChallengeRule.Respond(
                status, contentType, headers, Optional.of(RequestTemplate.compile(body)), Optional.empty()));
    }

    private static Map<String, RequestTemplate> headers(Fields respond) throws RefusedException {
        Map<String, RequestTemplate> headers = new LinkedHashMap<>();
        Optional<Fields> inner = respond.inner("headers", "{\"x-hook-secret\":\"{header:x-hook-secret}\"}");
        if (inner.isEmpty()) {
            return headers;
        }
        for (String name : inner.get().object().asMap().keySet()) {
            String value = inner.get().anyText(name, "");
            respond.checked(() -> ValueLocation.of(
                    JsonObject.builder().put("from", "header").put("name", name).build(), "headers."));
            headers.put(name, inner.get().checked(() -> RequestTemplate.compile(value)));
        }
        if (headers.size() > MAX_HEADERS) {
            throw respond.refused("\"headers\" has more than " + MAX_HEADERS + " members");
        }
        return headers;
    }
}
