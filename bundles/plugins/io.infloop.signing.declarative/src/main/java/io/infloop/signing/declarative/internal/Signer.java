package io.infloop.signing.declarative.internal;

import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.SigningSecret;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookRequest;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Signs as a sender does, for test fires. */
final class Signer {
    private final SignedRule rule;
    private final SigningContext context;
    private final Map<String, String> named = new LinkedHashMap<>();

    Signer(SignedRule rule, SigningContext context) {
        this.rule = rule;
        this.context = context;
    }

    Optional<WebhookRequest> sign(WebhookRequest unsigned) {
        Optional<SigningSecret> secret = Rule.newest(context, rule.secretIndex());
        if (secret.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> time = rule.timestamp().map(timestamp -> timestamp.write(context.clock()));
        time.ifPresent(text -> named.put("timestamp", text));
        Optional<WebhookRequest> request = withTime(unsigned, time);
        for (Variable variable : rule.variables()) {
            request = request.flatMap(dressed -> withVariable(dressed, variable));
        }
        if (request.isEmpty()) {
            return Optional.empty();
        }
        SignedValues values = new SignedValues(
                request.get(), named, context.config(), rule.prover().secretBytes(secret.get()), rule.missingIsEmpty());
        Optional<List<ByteBuffer>> message = rule.payload().pieces(values);
        Optional<byte[]> signature = message.flatMap(pieces -> rule.prover().sign(secret.get(), pieces));
        if (signature.isEmpty()) {
            return Optional.empty();
        }
        String text = rule.format().compose(rule.encoding().encode(signature.get()), time);
        return Placing.put(request.get(), rule.sources().get(0), text);
    }

    private Optional<WebhookRequest> withTime(WebhookRequest request, Optional<String> time) {
        if (time.isEmpty() || !(rule.timestamp().orElseThrow().source() instanceof Source.InRequest place)) {
            return Optional.of(request);
        }
        TimestampRule timestamp = rule.timestamp().get();
        ValueLocation location = place.location();
        boolean number = location.from() == ValueLocation.From.BODY
                && timestamp.type() != TimestampRule.Type.STRING
                && timestamp.unit() != TimestampRule.Unit.ISO8601;
        return Placing.put(request, location, number ? (Object) Long.valueOf(time.get()) : time.get());
    }

    /** What the request lacks is made up: ids and tokens that senders invent. */
    private Optional<WebhookRequest> withVariable(WebhookRequest request, Variable variable) {
        if (!(variable.source() instanceof Source.InRequest place)) {
            return Optional.empty();
        }
        Source.Found found = Source.find(place.location(), request);
        if (found instanceof Source.Value value) {
            named.put(variable.name(), value.text());
            return Optional.of(request);
        }
        if (rule.missingIsEmpty()) {
            return Optional.of(request);
        }
        String invented = UUID.randomUUID().toString().replace("-", "");
        named.put(variable.name(), invented);
        return Placing.put(request, place.location(), invented);
    }
}
