package io.infloop.signing.declarative.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.Verification.Reason;
import io.infloop.spi.webhook.WebhookRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A value of the request under a name, for templates.
 *
 * @param forbid characters it must not have, because they separate it from what follows
 */
record Variable(String name, Source source, String forbid) {
    private static final int MAX_VARIABLES = 16;
    private static final Set<String> RESERVED = Set.of("body", "url", "method", "timestamp", "secret");

    static List<Variable> read(Block declaration) {
        List<Variable> variables = new ArrayList<>();
        Optional<Block> found = declaration.optionalBlock("variables", "{\"id\":{\"from\":\"header\",\"name\":…}}");
        if (found.isEmpty()) {
            return variables;
        }
        Block block = found.get();
        for (String name : block.object().asMap().keySet()) {
            Block variable = block.block(name, "{\"from\":\"header\",\"name\":…}");
            if (RESERVED.contains(name) || variables.size() == MAX_VARIABLES) {
                throw block.wrong(name, "not a name for a variable, or one variable too many");
            }
            JsonObject place = variable.object().toBuilder().remove("forbid").build();
            Source source = Source.read(new Block(place, variable.path()));
            if (source instanceof Source.InClaims
                    || source instanceof Source.InSignature key && key.key().isEmpty()) {
                throw variable.wrong("from", "expected header, query, body, form, or signature with a name");
            }
            variables.add(
                    new Variable(name, source, variable.optionalText("forbid").orElse("")));
        }
        return variables;
    }

    /** The value, or null where it is missing and may be. */
    String read(WebhookRequest request, Map<String, String> pairs, boolean missingIsEmpty) throws Refusal {
        String text = text(request, pairs);
        if (text == null || text.isEmpty()) {
            if (missingIsEmpty && (text != null || isAbsent(request))) {
                return null;
            }
            throw new Refusal(Reason.MISSING_SIGNATURE, "the signed value \"" + name + "\" is missing");
        }
        for (int i = 0; i < forbid.length(); i++) {
            if (text.indexOf(forbid.charAt(i)) >= 0) {
                throw new Refusal(Reason.MALFORMED_SIGNATURE, "the signed value \"" + name + "\" is not as declared");
            }
        }
        return text;
    }

    /** An object in place of a text is not nothing: whoever put it there must not get an empty text for it. */
    private boolean isAbsent(WebhookRequest request) {
        return !(source instanceof Source.InRequest place) || place.location().isAbsent(request, Optional.empty());
    }

    private String text(WebhookRequest request, Map<String, String> pairs) throws Refusal {
        if (source instanceof Source.InSignature key) {
            return pairs.get(key.key());
        }
        Source.Found found = Source.find(((Source.InRequest) source).location(), request);
        if (found instanceof Source.Value value) {
            return value.text();
        }
        if (found instanceof Source.Missing) {
            return null;
        }
        throw new Refusal(Reason.DUPLICATE_SIGNATURE, "the signed value \"" + name + "\" is repeated or too long");
    }
}
