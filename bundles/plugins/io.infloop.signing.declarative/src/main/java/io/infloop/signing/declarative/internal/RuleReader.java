package io.infloop.signing.declarative.internal;

import io.infloop.spi.webhook.RequestTemplate;
import io.infloop.spi.webhook.ValueLocation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads one way to prove a request, and refuses what would prove nothing. */
final class RuleReader {
    private static final int MAX_SOURCES = 16;
    private static final String SOURCE_EXAMPLE = "{\"from\":\"header\",\"name\":…}";

    private RuleReader() {}

    static Rule read(SchemeKind kind, Block block) {
        return switch (kind) {
            case HMAC, DIGEST, ED25519, ECDSA, RSA -> signed(kind, block);
            case JWT -> JwtReader.read(block);
            case TOKEN -> TokenRule.read(block);
            case BASIC -> BasicRule.read(block);
        };
    }

    private static SignedRule signed(SchemeKind kind, Block block) {
        Prover prover = Prover.read(kind, block);
        Encoding encoding = Encoding.read(block);
        List<ValueLocation> sources = sources(block);
        SignatureFormat format = SignatureFormat.read(block);
        RequestTemplate payload =
                block.compiled("payload", block.optionalText("payload").orElse("{body}"));
        List<Variable> variables = Variable.read(block);
        Optional<TimestampRule> timestamp = TimestampRule.read(block, false);
        boolean symmetric = kind == SchemeKind.HMAC || kind == SchemeKind.DIGEST;
        checkNames(block, payload, variables, timestamp.isPresent(), symmetric);
        if (kind == SchemeKind.DIGEST && !payload.names().contains("secret")) {
            throw block.wrong("payload", "a plain hash proves nothing without {secret} in what is hashed");
        }
        if (!readsRequest(payload)) {
            throw block.wrong(
                    "payload", "nothing of the request is in it, so that one signature would fit all requests");
        }
        checkTimestamp(block, payload, format, timestamp);
        if (payload.hasBody() && sources.stream().anyMatch(RuleReader::inBody)) {
            throw block.wrong("payload", "a signature that stands in the body cannot cover {body}");
        }
        return new SignedRule(
                sources,
                format,
                encoding,
                prover,
                payload,
                payload.names().contains("secret"),
                List.copyOf(variables),
                missingIsEmpty(block),
                timestamp,
                timestamp.isPresent() && !payload.names().contains("timestamp"),
                Rule.secretIndex(block));
    }

    static void checkNames(
            Block block, RequestTemplate payload, List<Variable> variables, boolean hasTimestamp, boolean hasSecret) {
        Set<String> known = new TreeSet<>();
        variables.forEach(variable -> known.add(variable.name()));
        if (hasTimestamp) {
            known.add("timestamp");
        }
        if (hasSecret) {
            known.add("secret");
        }
        for (String name : payload.names()) {
            if (!known.contains(name)) {
                throw block.wrong("payload", "{" + name + "} is not declared; say under \"variables\" where it stands");
            }
        }
        if (payload.locations().stream().anyMatch(location -> location.from() == ValueLocation.From.ITEM)) {
            throw block.wrong("payload", "a request is signed as a whole, not item by item");
        }
    }

    /** The method alone is no request: it is the same for all of them. */
    private static boolean readsRequest(RequestTemplate payload) {
        return payload.hasBody()
                || payload.hasUrl()
                || !payload.locations().isEmpty()
                || payload.names().stream().anyMatch(name -> !name.equals("secret"));
    }

    static boolean missingIsEmpty(Block block) {
        String onMissing = block.optionalText("onMissing").orElse("reject");
        if (!onMissing.equals("reject") && !onMissing.equals("empty")) {
            throw block.wrong("onMissing", "expected reject or empty");
        }
        return onMissing.equals("empty");
    }

    /** A time that is not signed is whatever an attacker says. */
    private static void checkTimestamp(
            Block block, RequestTemplate payload, SignatureFormat format, Optional<TimestampRule> timestamp) {
        if (timestamp.isEmpty()) {
            return;
        }
        boolean signed = payload.names().contains("timestamp");
        if (timestamp.get().source() instanceof Source.InSignature key) {
            if (!(format instanceof SignatureFormat.Pairs pairs)
                    || key.key().isEmpty() && pairs.timestampKey().isEmpty()) {
                throw block.wrong(
                        "timestamp.source", "a time in the signature needs the format pairs and its timestampKey");
            }
        } else if (timestamp.get().source() instanceof Source.InRequest place) {
            signed |= payload.locations().contains(place.location()) || payload.hasBody() && inBody(place.location());
        }
        if (!signed) {
            throw block.wrong("timestamp", "the time is not part of what is signed: put {timestamp} into \"payload\"");
        }
    }

    private static boolean inBody(ValueLocation location) {
        return location.from() == ValueLocation.From.BODY || location.from() == ValueLocation.From.FORM;
    }

    private static List<ValueLocation> sources(Block block) {
        List<ValueLocation> sources = new ArrayList<>();
        sources.add(Source.inRequest(block.block("source", SOURCE_EXAMPLE)));
        for (Block more : block.blocks("additionalSources", MAX_SOURCES)) {
            sources.add(Source.inRequest(more));
        }
        return List.copyOf(sources);
    }
}
