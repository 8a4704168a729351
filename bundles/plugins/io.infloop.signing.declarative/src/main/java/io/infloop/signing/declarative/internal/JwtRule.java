package io.infloop.signing.declarative.internal;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.json.JsonParseException;
import io.infloop.spi.json.JsonPointer;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.SigningSecret;
import io.infloop.spi.signing.Verification.Reason;
import io.infloop.spi.webhook.RequestTemplate;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A signed token (RFC 7515, 7519) whose claims say what else must hold, often hashes of the body.
 *
 * @param provers by the algorithms that are accepted, all of one kind of key
 * @param claims values that claims must have
 * @param fixed claims that are compared with values of the trigger
 * @param skew how far the sender's clock may be from ours
 */
record JwtRule(
        ValueLocation source,
        SignatureFormat format,
        Map<String, Prover> provers,
        Optional<RequestTemplate> issuer,
        Optional<RequestTemplate> audience,
        List<String> requireClaims,
        Map<String, RequestTemplate> claims,
        List<Requirement> fixed,
        List<Variable> variables,
        boolean missingIsEmpty,
        Optional<TimestampRule> timestamp,
        Duration skew,
        int secretIndex)
        implements Rule {
    private static final int LIFE_SECONDS = 60;

    @Override
    public SigningSecret verify(Call call) throws Refusal {
        Source.Found found = Source.find(source, call.request());
        if (!(found instanceof Source.Value value)) {
            throw TokenRule.refusal(found, "token");
        }
        String token = format.parse(value.text()).candidates().get(0);
        int first = token.indexOf('.');
        int last = token.lastIndexOf('.');
        if (first <= 0 || last == first || token.indexOf('.', first + 1) != last) {
            throw malformed();
        }
        Prover prover = prover(object(token.substring(0, first)));
        JsonObject body = object(token.substring(first + 1, last));
        byte[] signature = Encoding.BASE64URL.decode(token, last + 1, prover.mostBytes());
        if (signature == null || !prover.fits(signature.length)) {
            throw malformed();
        }
        SigningSecret secret = signer(call, prover, token.substring(0, last), signature);
        checkTimes(body, call.context());
        checkClaims(body, call);
        return secret;
    }

    private Prover prover(JsonObject header) throws Refusal {
        Prover prover = provers.get(header.string("alg").orElse(""));
        if (prover == null) {
            throw new Refusal(Reason.UNSUPPORTED, "the token is not signed by a declared algorithm");
        }
        // What a sender marks as critical must be understood (RFC 7515, 4.1.11), and we understand no extension.
        if (header.has("crit")) {
            throw new Refusal(Reason.UNSUPPORTED, "the token has extensions that are not supported");
        }
        return prover;
    }

    private SigningSecret signer(Call call, Prover prover, String signed, byte[] signature) throws Refusal {
        List<ByteBuffer> message = List.of(ByteBuffer.wrap(signed.getBytes(StandardCharsets.US_ASCII)));
        List<SigningSecret> secrets = call.secrets(secretIndex);
        call.spend(secrets.size());
        boolean anyKey = false;
        for (SigningSecret secret : secrets) {
            Prover.Attempt attempt = prover.attempt(secret, message);
            anyKey |= attempt != null;
            if (attempt != null && attempt.matches(signature)) {
                return secret;
            }
        }
        throw anyKey
                ? new Refusal(Reason.MISMATCH, "the signature of the token does not match")
                : new Refusal(
                        Reason.UNSUPPORTED,
                        "no secret of the trigger is in the form the source declares; enter it again");
    }

    private void checkTimes(JsonObject body, SigningContext context) throws Refusal {
        long now = context.clock().instant().getEpochSecond();
        for (String claim : List.of("exp", "nbf", "iat")) {
            if (body.has(claim) && !(body.get(claim) instanceof Long)) {
                throw new Refusal(Reason.MALFORMED_TIMESTAMP, "a time of the token is no whole number");
            }
        }
        if (body.get("exp") instanceof Long end && now - skew.toSeconds() >= end) {
            throw new Refusal(Reason.STALE, "the token has expired");
        }
        if (body.get("nbf") instanceof Long start && now + skew.toSeconds() < start) {
            throw new Refusal(Reason.FROM_THE_FUTURE, "the token is not valid yet");
        }
        if (body.get("iat") instanceof Long issued && now + skew.toSeconds() < issued) {
            throw new Refusal(Reason.FROM_THE_FUTURE, "the token was issued in the future");
        }
        if (timestamp.isPresent()) {
            Object time = claim(body, ((Source.InClaims) timestamp.get().source()).name());
            if (time == null) {
                throw new Refusal(Reason.MISSING_TIMESTAMP, "the signed time is missing");
            }
            timestamp.get().check(timestamp.get().ofJson(time), context.clock());
        }
    }

    private void checkClaims(JsonObject body, Call call) throws Refusal {
        for (String name : requireClaims) {
            if (claim(body, name) == null) {
                throw new Refusal(Reason.WRONG_VALUE, "a claim that the source requires is missing");
            }
        }
        RequestTemplate.Values values = call.values();
        if (issuer.isPresent() && !equal(body.get("iss"), issuer.get(), values)) {
            throw new Refusal(Reason.WRONG_VALUE, "the token is of another issuer");
        }
        if (audience.isPresent() && !isFor(body.get("aud"), audience.get(), values)) {
            throw new Refusal(Reason.WRONG_VALUE, "the token is for another audience");
        }
        for (Requirement requirement : fixed) {
            Object claim = claim(body, ((Source.InClaims) requirement.source()).name());
            requirement.checkText(claim instanceof String text ? Optional.of(text) : Optional.empty(), values);
        }
        SignedValues signed = signed(call.request(), call.context());
        for (Map.Entry<String, RequestTemplate> wanted : claims.entrySet()) {
            if (!equal(claim(body, wanted.getKey()), wanted.getValue(), signed)) {
                throw new Refusal(Reason.BODY_MISMATCH, "the token was made for another request");
            }
        }
    }

    private SignedValues signed(WebhookRequest request, SigningContext context) throws Refusal {
        Map<String, String> named = new LinkedHashMap<>();
        for (Variable variable : variables) {
            String text = variable.read(request, Map.of(), missingIsEmpty);
            if (text != null) {
                named.put(variable.name(), text);
            }
        }
        return new SignedValues(request, named, context.config(), null, missingIsEmpty);
    }

    private static boolean isFor(Object audience, RequestTemplate wanted, RequestTemplate.Values values) {
        return audience instanceof List<?> several
                ? several.stream().anyMatch(one -> equal(one, wanted, values))
                : equal(audience, wanted, values);
    }

    private static boolean equal(Object claim, RequestTemplate wanted, RequestTemplate.Values values) {
        return claim instanceof String text
                && wanted.render(values)
                        .filter(bytes -> MessageDigest.isEqual(bytes, text.getBytes(StandardCharsets.UTF_8)))
                        .isPresent();
    }

    private static Object claim(JsonObject body, String name) {
        return name.startsWith("/") ? JsonPointer.find(body, name) : body.get(name);
    }

    private static JsonObject object(String part) throws Refusal {
        byte[] json = Encoding.BASE64URL.decode(part, 0, Source.MAX_LENGTH);
        if (json == null) {
            throw malformed();
        }
        try {
            return Json.parseObject(new String(json, StandardCharsets.UTF_8));
        } catch (JsonParseException notJson) {
            throw malformed();
        }
    }

    private static Refusal malformed() {
        return new Refusal(Reason.MALFORMED_SIGNATURE, "the token is not a signed JSON Web Token");
    }

    @Override
    public Optional<WebhookRequest> sign(WebhookRequest unsigned, SigningContext context) {
        String algorithm = provers.keySet().iterator().next();
        Optional<JsonObject> body = body(unsigned, context);
        Optional<SigningSecret> secret = Rule.newest(context, secretIndex);
        if (body.isEmpty() || secret.isEmpty()) {
            return Optional.empty();
        }
        String header = "{\"alg\":\"" + algorithm + "\",\"typ\":\"JWT\"}";
        String signed = base64Url(header) + "." + base64Url(body.get().toString());
        return provers.get(algorithm)
                .sign(secret.get(), List.of(ByteBuffer.wrap(signed.getBytes(StandardCharsets.US_ASCII))))
                .map(signature -> format.compose(signed + "." + Encoding.BASE64URL.encode(signature), Optional.empty()))
                .flatMap(token -> Placing.put(unsigned, source, token));
    }

    private Optional<JsonObject> body(WebhookRequest request, SigningContext context) {
        long now = context.clock().instant().getEpochSecond();
        JsonObject.Builder body =
                JsonObject.builder().put("iat", now).put("nbf", now).put("exp", now + LIFE_SECONDS);
        RequestTemplate.Values values = new Call(request, context).values();
        try {
            for (String name : requireClaims) {
                if (!name.startsWith("/") && !body.build().has(name)) {
                    body.put(name, UUID.randomUUID().toString());
                }
            }
            issuer.flatMap(template -> template.renderText(values)).ifPresent(text -> body.put("iss", text));
            audience.flatMap(template -> template.renderText(values)).ifPresent(text -> body.put("aud", text));
            for (Requirement requirement : fixed) {
                String name = ((Source.InClaims) requirement.source()).name();
                requirement.value().renderText(values).ifPresent(text -> body.put(name, text));
            }
            SignedValues signed = signed(request, context);
            for (Map.Entry<String, RequestTemplate> claim : claims.entrySet()) {
                Optional<String> text = claim.getValue().renderText(signed);
                if (text.isEmpty() || claim.getKey().startsWith("/")) {
                    return Optional.empty();
                }
                body.put(claim.getKey(), text.get());
            }
            return Optional.of(body.build());
        } catch (Refusal missing) {
            return Optional.empty();
        }
    }

    private static String base64Url(String text) {
        return Encoding.BASE64URL.encode(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public List<ValueLocation> credentials() {
        return List.of(source);
    }

    @Override
    public Duration replayWindow() {
        return timestamp.map(rule -> rule.past().plus(rule.future())).orElse(Duration.ZERO);
    }

    @Override
    public boolean needsPublicUrl() {
        return claims.values().stream().anyMatch(RequestTemplate::hasUrl);
    }
}
