package io.infloop.signing.declarative.internal;

import io.infloop.spi.signing.Verification.Reason;
import io.infloop.spi.webhook.RequestTemplate;
import io.infloop.spi.webhook.WebhookRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A value that must be exactly another one: {@code requireEquals}. */
record Requirement(Source source, RequestTemplate value) {
    private static final int MAX_REQUIREMENTS = 16;

    static List<Requirement> read(Block declaration, boolean claims) {
        List<Requirement> requirements = new ArrayList<>();
        for (Block block : declaration.blocks("requireEquals", MAX_REQUIREMENTS)) {
            block.onlyKnown(Set.of("source", "value"));
            Source source = Source.read(block.block("source", "{\"from\":\"header\",\"name\":…}"));
            if (source instanceof Source.InSignature || source instanceof Source.InClaims && !claims) {
                throw block.wrong("source.from", "expected header, query, body, form, or claim with the scheme jwt");
            }
            RequestTemplate value = block.template("value");
            if (!value.names().isEmpty()) {
                throw block.wrong("value", "a text is expected, or what is made of the request and {config:…}");
            }
            requirements.add(new Requirement(source, value));
        }
        return requirements;
    }

    boolean ofClaim() {
        return source instanceof Source.InClaims;
    }

    /** For values of the request. */
    void check(Call call) throws Refusal {
        Source.Found found = Source.find(((Source.InRequest) source).location(), call.request());
        if (value.hasBody()) {
            call.read(call.request().bodyLength());
        }
        checkText(found instanceof Source.Value shown ? Optional.of(shown.text()) : Optional.empty(), call.values());
    }

    void checkText(Optional<String> shown, RequestTemplate.Values values) throws Refusal {
        Optional<byte[]> wanted = value.render(values);
        if (shown.isEmpty()
                || wanted.isEmpty()
                || !MessageDigest.isEqual(wanted.get(), shown.get().getBytes(StandardCharsets.UTF_8))) {
            throw new Refusal(Reason.WRONG_VALUE, "a value that the source fixes is missing or another one");
        }
    }

    /** The request with the value, unless it has the place already. */
    Optional<WebhookRequest> dress(WebhookRequest request, RequestTemplate.Values values) {
        if (!(source instanceof Source.InRequest place)
                || Source.find(place.location(), request) instanceof Source.Value) {
            return Optional.of(request);
        }
        return value.renderText(values).flatMap(text -> Placing.put(request, place.location(), text));
    }
}
