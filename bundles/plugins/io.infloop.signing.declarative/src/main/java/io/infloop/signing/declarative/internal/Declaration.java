package io.infloop.signing.declarative.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.signing.SigningContext;
import io.infloop.spi.signing.SigningSecret;
import io.infloop.spi.signing.Verification;
import io.infloop.spi.signing.Verification.Reason;
import io.infloop.spi.webhook.RequestCondition;
import io.infloop.spi.webhook.RequestTemplate;
import io.infloop.spi.webhook.ValueLocation;
import io.infloop.spi.webhook.WebhookRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A signature block, compiled.
 *
 * @param when for which requests it holds; empty for all
 * @param requirements values of the request that are fixed
 * @param rule the one way to prove a request; null with alternatives
 */
record Declaration(
        Optional<RequestCondition> when, List<Requirement> requirements, Rule rule, List<Declaration> alternatives) {
    private static final int MAX_ALTERNATIVES = 8;

    /** @throws IllegalArgumentException naming the first member that is missing, wrong or not known */
    static Declaration compile(SchemeKind kind, JsonObject settings) {
        return compile(kind, new Block(settings, "signature."), true);
    }

    private static boolean isOfRequest(RequestTemplate template) {
        return !template.names().isEmpty()
                || !template.locations().isEmpty()
                || template.hasBody()
                || template.hasUrl();
    }

    private static Declaration compile(SchemeKind kind, Block block, boolean outermost) {
        block.onlyKnown(kind.members());
        Optional<RequestCondition> when = block.optionalBlock("when", "{\"queryPresent\":\"…\"}")
                .map(condition -> RequestCondition.of(condition.object(), condition.path()));
        if (when.stream().flatMap(condition -> condition.templates().stream()).anyMatch(Declaration::isOfRequest)) {
            throw block.wrong("when", "a condition is compared with texts and {config:…} only");
        }
        List<Requirement> all = Requirement.read(block, kind == SchemeKind.JWT);
        if (block.has("anyOf") && all.stream().anyMatch(Requirement::ofClaim)) {
            throw block.wrong("requireEquals", "a claim is compared in the alternative whose token has it");
        }
        List<Requirement> ofRequest =
                all.stream().filter(requirement -> !requirement.ofClaim()).toList();
        if (!block.has("anyOf")) {
            return new Declaration(when, ofRequest, RuleReader.read(kind, block), List.of());
        }
        if (!outermost) {
            throw block.wrong("anyOf", "an alternative has no further alternatives");
        }
        List<Declaration> alternatives = new ArrayList<>();
        for (Block alternative : block.blocks("anyOf", MAX_ALTERNATIVES)) {
            alternatives.add(alternative(kind, block.object(), alternative));
        }
        return new Declaration(when, ofRequest, null, List.copyOf(alternatives));
    }

    /** What an alternative does not say is as around it, unless it is of another scheme. */
    private static Declaration alternative(SchemeKind outer, JsonObject around, Block alternative) {
        SchemeKind kind = outer;
        if (alternative.has("scheme")) {
            kind = SchemeKind.of(alternative.text("scheme"))
                    .orElseThrow(() -> alternative.wrong(
                            "scheme", "an alternative is one of " + String.join(", ", SchemeKind.ids())));
        }
        JsonObject own = alternative.object().toBuilder().remove("scheme").build();
        JsonObject whole = kind != outer
                ? own
                : around.toBuilder()
                        .remove("anyOf")
                        .remove("when")
                        .remove("requireEquals")
                        .putAll(own)
                        .build();
        return compile(kind, new Block(whole, alternative.path()), false);
    }

    Verification verify(WebhookRequest request, SigningContext context) {
        try {
            return Verification.accepted(verify(new Call(request, context)));
        } catch (Refusal refusal) {
            return refusal.toVerification();
        }
    }

    private SigningSecret verify(Call call) throws Refusal {
        if (when.isPresent() && !when.get().matches(call.values())) {
            throw new Refusal(Reason.WRONG_VALUE, "the request is not one that the source signs in this way");
        }
        for (Requirement requirement : requirements) {
            requirement.check(call);
        }
        return rule == null ? anyOf(call) : rule.verify(call);
    }

    /** The refusal that says most: of an alternative that was meant, rather than of one whose signature is not even there. */
    private SigningSecret anyOf(Call call) throws Refusal {
        Refusal most = null;
        for (Declaration alternative : alternatives) {
            if (alternative.when().isPresent() && !alternative.when().get().matches(call.values())) {
                continue;
            }
            try {
                return alternative.verify(call);
            } catch (Refusal refusal) {
                if (refusal.reason() == Reason.TOO_MANY_CANDIDATES) {
                    throw refusal;
                }
                most = most == null || most.reason() == Reason.MISSING_SIGNATURE ? refusal : most;
            }
        }
        throw most == null
                ? new Refusal(Reason.MISSING_SIGNATURE, "the request is signed in none of the declared ways")
                : most;
    }

    /** The request as its sender would have signed it; what is returned verifies. */
    Optional<WebhookRequest> sign(WebhookRequest unsigned, SigningContext context) {
        Optional<WebhookRequest> dressed = Optional.of(unsigned);
        RequestTemplate.Values values = new Call(unsigned, context).values();
        for (Requirement requirement : requirements) {
            dressed = dressed.flatMap(request -> requirement.dress(request, values));
        }
        if (rule == null) {
            return dressed.flatMap(request -> signAny(request, context));
        }
        return dressed.flatMap(request -> rule.sign(request, context))
                .filter(signed -> verify(signed, context) instanceof Verification.Accepted);
    }

    private Optional<WebhookRequest> signAny(WebhookRequest request, SigningContext context) {
        for (Declaration alternative : alternatives) {
            Optional<WebhookRequest> signed = alternative.sign(request, context);
            if (signed.filter(candidate -> verify(candidate, context) instanceof Verification.Accepted)
                    .isPresent()) {
                return signed;
            }
        }
        return Optional.empty();
    }

    List<ValueLocation> credentials() {
        return rule == null
                ? alternatives.stream()
                        .flatMap(alternative -> alternative.credentials().stream())
                        .distinct()
                        .toList()
                : rule.credentials();
    }

    /** Of several ways the longest; zero if one of them has no end. */
    Duration replayWindow() {
        if (rule != null) {
            return rule.replayWindow();
        }
        Duration longest = Duration.ZERO;
        for (Declaration alternative : alternatives) {
            Duration window = alternative.replayWindow();
            if (window.isZero()) {
                return Duration.ZERO;
            }
            longest = window.compareTo(longest) > 0 ? window : longest;
        }
        return longest;
    }

    boolean needsPublicUrl() {
        return rule == null ? alternatives.stream().anyMatch(Declaration::needsPublicUrl) : rule.needsPublicUrl();
    }
}
