package io.infloop.signing.declarative.internal;

import io.infloop.signing.declarative.internal.SignatureFormat.Parsed;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.SigningSecret;
import io.infloop.spi.signing.Verification.Reason;
import io.infloop.spi.webhook.RequestTemplate;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookRequest;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A signature over a text made of the request: hmac, digest, ed25519, ecdsa, rsa.
 *
 * @param sources the first is where a test fire puts its signature
 * @param timeIsLate whether the time is looked at once the signature fits: one that stands in the body alone costs a parse, which
 *     strangers must not make us do
 * @param secretIndex of the only secret that is compared, or negative for all
 */
record SignedRule(
        List<ValueLocation> sources,
        SignatureFormat format,
        Encoding encoding,
        Prover prover,
        RequestTemplate payload,
        boolean payloadHasSecret,
        List<Variable> variables,
        boolean missingIsEmpty,
        Optional<TimestampRule> timestamp,
        boolean timeIsLate,
        int secretIndex)
        implements Rule {
    @Override
    public SigningSecret verify(Call call) throws Refusal {
        WebhookRequest request = call.request();
        Parsed parsed = parsed(request);
        List<byte[]> signatures = decoded(parsed.candidates());
        List<SigningSecret> secrets = call.secrets(secretIndex);
        call.spend(secrets.size() * signatures.size());
        SignedValues values = values(call, parsed.pairs());
        List<ByteBuffer> message = payloadHasSecret ? List.of() : message(values);
        boolean anyKey = false;
        for (SigningSecret secret : secrets) {
            Prover.Attempt attempt = attempt(call, secret, values, message, signatures.size());
            if (attempt == null) {
                continue;
            }
            anyKey = true;
            for (byte[] signature : signatures) {
                if (attempt.matches(signature)) {
                    checkLateTime(call);
                    return secret;
                }
            }
        }
        throw anyKey
                ? new Refusal(Reason.MISMATCH, "the signature does not match what was received")
                : new Refusal(
                        Reason.UNSUPPORTED,
                        "no secret of the trigger is in the form the source declares; enter it again");
    }

    private void checkLateTime(Call call) throws Refusal {
        if (timeIsLate) {
            timestamp.get().read(call.request(), Map.of(), "", call.context().clock());
        }
    }

    private Prover.Attempt attempt(
            Call call, SigningSecret secret, SignedValues values, List<ByteBuffer> message, int signatures)
            throws Refusal {
        List<ByteBuffer> signed = message;
        if (payloadHasSecret) {
            byte[] key = prover.secretBytes(secret);
            if (key == null) {
                return null;
            }
            // What the filters read is not in the text any more.
            call.read(values.request().bodyLength());
            signed = message(values.with(key));
        }
        long length = 0;
        for (ByteBuffer piece : signed) {
            length += piece.remaining();
        }
        call.read(length * prover.readings(signatures));
        return prover.attempt(secret, signed);
    }

    private List<ByteBuffer> message(SignedValues values) throws Refusal {
        Optional<List<ByteBuffer>> message = payload.pieces(values);
        if (message.isEmpty()) {
            throw payload.hasUrl() && values.request().publicUrl().isEmpty()
                    ? new Refusal(Reason.UNSUPPORTED, "the sender signs its URL, but the trigger has no public URL")
                    : new Refusal(Reason.MISSING_SIGNATURE, "a part of what is signed is missing");
        }
        return message.get();
    }

    private SignedValues values(Call call, Map<String, String> pairs) throws Refusal {
        if (timestamp.isEmpty() && variables.isEmpty()) {
            return new SignedValues(call.request(), Map.of(), call.context().config(), null, missingIsEmpty);
        }
        Map<String, String> named = new LinkedHashMap<>();
        if (timestamp.isPresent() && !timeIsLate) {
            named.put(
                    "timestamp",
                    timestamp
                            .get()
                            .read(
                                    call.request(),
                                    pairs,
                                    timestampKey(),
                                    call.context().clock()));
        }
        for (Variable variable : variables) {
            String text = variable.read(call.request(), pairs, missingIsEmpty);
            if (text != null) {
                named.put(variable.name(), text);
            }
        }
        return new SignedValues(call.request(), named, call.context().config(), null, missingIsEmpty);
    }

    private String timestampKey() {
        return format instanceof SignatureFormat.Pairs pairs ? pairs.timestampKey() : "";
    }

    private Parsed parsed(WebhookRequest request) throws Refusal {
        Parsed all = null;
        for (ValueLocation source : sources) {
            Source.Found found = Source.find(source, request);
            if (found instanceof Source.Repeated) {
                throw new Refusal(Reason.DUPLICATE_SIGNATURE, "the signature is repeated");
            }
            if (found instanceof Source.TooLong) {
                throw new Refusal(Reason.MALFORMED_SIGNATURE, "the signature is too long");
            }
            if (found instanceof Source.Value value) {
                all = merged(all, format.parse(value.text()));
            }
        }
        if (all == null) {
            throw new Refusal(Reason.MISSING_SIGNATURE, "the signature is missing");
        }
        return all;
    }

    private static Parsed merged(Parsed first, Parsed second) {
        if (first == null) {
            return second;
        }
        List<String> candidates = new ArrayList<>(first.candidates());
        candidates.addAll(second.candidates());
        return new Parsed(candidates, first.pairs());
    }

    private List<byte[]> decoded(List<String> candidates) throws Refusal {
        List<byte[]> signatures = new ArrayList<>(candidates.size());
        for (String candidate : candidates) {
            byte[] signature = encoding.decode(candidate, 0, prover.mostBytes());
            if (signature == null || !prover.fits(signature.length)) {
                throw new Refusal(
                        Reason.MALFORMED_SIGNATURE, "the signature is not in the declared encoding or length");
            }
            signatures.add(signature);
        }
        return signatures;
    }

    @Override
    public Optional<WebhookRequest> sign(WebhookRequest unsigned, SigningContext context) {
        return new Signer(this, context).sign(unsigned);
    }

    @Override
    public List<ValueLocation> credentials() {
        return sources;
    }

    @Override
    public Duration replayWindow() {
        return timestamp.map(rule -> rule.past().plus(rule.future())).orElse(Duration.ZERO);
    }

    @Override
    public boolean needsPublicUrl() {
        return payload.hasUrl();
    }
}
