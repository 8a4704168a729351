package io.infloop.ingress.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.engine.Runs;
import io.infloop.engine.Workflows;
import io.infloop.engine.Workflows.InputDeclaration;
import io.infloop.engine.input.RunInputs;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.webhook.ChallengeRule;
import io.infloop.store.Concurrency;
import io.infloop.store.DedupKey;
import io.infloop.store.DeliveryStore;
import io.infloop.store.RecordStore;
import io.infloop.store.Trigger;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tries a delivery: every check is asked, also those after one that refuses, and nothing is stored, counted, bound or told. May wait
 * for a scheme or the store, so it is not for I/O threads.
 */
final class Rehearsal {
    private static final String[] AFTER_SOURCE = {
        "body", "signature", "challenge", "event", "workflow", "dedup", "predicates", "inputs"
    };

    /**
     * What the checks look at.
     *
     * @param standardPerMinute rate limit of triggers without one of their own
     */
    record Checks(
            SourceProfiles profiles,
            SignatureGate signatures,
            Arrivals arrivals,
            CompiledTriggers compiled,
            Workflows workflows,
            RecordStore records,
            Runs runs,
            int standardPerMinute) {}

    private final Checks checks;
    private final DeliveryStore deliveries;
    private final int queueMax;

    Rehearsal(Checks checks, DeliveryStore deliveries, int queueMax) {
        this.checks = checks;
        this.deliveries = deliveries;
        this.queueMax = queueMax;
    }

    Reply of(Inbound inbound) {
        Trigger trigger = inbound.trigger();
        Verdicts verdicts = new Verdicts();
        JsonObject.Builder body = JsonObject.builder().put("dryRun", true);
        beforeTheBody(trigger, verdicts);
        Optional<SourceProfile> profile = checks.profiles().of(trigger.pluginId());
        if (profile.isEmpty()) {
            verdicts.refuse(
                    "source",
                    ErrorCode.PLUGIN_UNAVAILABLE,
                    "the source '" + trigger.pluginId() + "' is not in service");
            verdicts.unknown("only the source can say", AFTER_SOURCE);
            body.put("verified", false).put("predicates", List.of());
        } else {
            verdicts.pass("source", "in service");
            withSource(
                    inbound.with(inbound.request()
                            .withIntake(profile.get().descriptor().intake())),
                    profile.get(),
                    verdicts,
                    body);
        }
        queue(verdicts);
        return Reply.json(
                200,
                body.put("fires", verdicts.passes())
                        .put("stages", verdicts.toJson())
                        .build());
    }

    private void beforeTheBody(Trigger trigger, Verdicts verdicts) {
        if (trigger.enabled()) {
            verdicts.pass("trigger", "enabled");
        } else {
            verdicts.refuse("trigger", ErrorCode.NOT_FOUND, "disabled: senders are told that there is none");
        }
        int limit = trigger.rateLimitPerMinute().orElse(checks.standardPerMinute());
        verdicts.pass(
                "rate-limit",
                limit == 0
                        ? "no limit"
                        : limit + " a minute; a test takes none of them, and is not refused for want of them");
        if (trigger.ipAllow().isEmpty()) {
            verdicts.pass("ip-allow", "every address may send");
        } else {
            verdicts.open(
                    "ip-allow",
                    "a test comes from no address; senders must be one of "
                            + trigger.ipAllow().size() + " addresses and blocks");
        }
    }

    private void withSource(Inbound inbound, SourceProfile profile, Verdicts verdicts, JsonObject.Builder body) {
        Arrivals.Outcome outcome = checks.arrivals().read(inbound, profile);
        body(inbound, profile, outcome, verdicts);
        boolean verified = signature(inbound, profile, verdicts);
        body.put("verified", verified);
        challenge(inbound, profile, verdicts);
        if (!(outcome instanceof Arrivals.Read read)) {
            verdicts.unknown("the body cannot be read", "event", "workflow", "dedup", "predicates", "inputs");
            body.put("predicates", List.of());
            return;
        }
        Optional<Arrival.Part> part = event(read.arrival(), verdicts);
        Optional<List<InputDeclaration>> declared =
                checks.workflows().inputs(inbound.trigger().workflowId());
        if (declared.isPresent()) {
            verdicts.pass("workflow", "there is '" + inbound.trigger().workflowId() + "'");
        } else {
            verdicts.refuse(
                    "workflow",
                    ErrorCode.NOT_FOUND,
                    "workflow '" + inbound.trigger().workflowId() + "' does not exist or cannot be used");
        }
        if (part.isEmpty()) {
            verdicts.unknown("there is no event in the batch", "dedup", "predicates", "inputs");
            body.put("predicates", List.of());
            return;
        }
        sift(read.arrival(), part.get(), declared, verdicts, body);
    }

    private static void body(Inbound inbound, SourceProfile profile, Arrivals.Outcome outcome, Verdicts verdicts) {
        int bytes = inbound.request().bodyLength();
        String method = inbound.request().method();
        Optional<IntakeRules.Refused> unfit =
                IntakeRules.check(profile.descriptor().intake(), inbound.request());
        if (bytes > inbound.trigger().maxBodyBytes()) {
            verdicts.refuse(
                    "body",
                    ErrorCode.PAYLOAD_TOO_LARGE,
                    bytes + " bytes, more than " + inbound.trigger().maxBodyBytes());
        } else if (!IntakeRules.takes(profile.descriptor(), method)) {
            verdicts.refuse(
                    "body",
                    ErrorCode.METHOD_NOT_ALLOWED,
                    "the source sends " + IntakeRules.allowed(profile.descriptor()) + " only");
        } else if (IntakeRules.isDelivery(profile.descriptor(), method) && unfit.isPresent()) {
            verdicts.refuse("body", unfit.get().code(), unfit.get().reason());
        } else if (outcome instanceof Arrivals.Refused unread) {
            verdicts.refuse("body", unread.code(), unread.reason());
        } else {
            verdicts.pass("body", bytes + " bytes");
        }
    }

    private boolean signature(Inbound inbound, SourceProfile profile, Verdicts verdicts) {
        SignatureGate.Outcome outcome = checks.signatures().rehearse(inbound.trigger(), profile, inbound.request());
        if (outcome instanceof SignatureGate.Refused refused) {
            verdicts.refuse("signature", refused.code(), refused.detail());
            return false;
        }
        if (outcome instanceof SignatureGate.Answered answered) {
            verdicts.answer("signature", answered.reply().status(), "a genuine handshake");
            return true;
        }
        SignatureGate.Passed passed = (SignatureGate.Passed) outcome;
        verdicts.pass(
                "signature",
                passed.verified()
                        ? "genuine" + passed.provenBy().map(id -> ", by " + id).orElse("")
                        : profile.signature().isPresent()
                                ? "not verified: verifyOptional, and no secret"
                                : "the source does not sign");
        return passed.verified();
    }

    private static void challenge(Inbound inbound, SourceProfile profile, Verdicts verdicts) {
        Optional<ChallengeRule> rule =
                Challenges.find(inbound, profile, profile.descriptor().challenges());
        if (rule.isEmpty()) {
            verdicts.pass("challenge", "no handshake");
        } else if (rule.get().captureSecret().isPresent() && !inbound.trigger().isUnbound()) {
            verdicts.refuse(
                    "challenge",
                    ErrorCode.BAD_SIGNATURE,
                    "a second handshake: the trigger has or had a secret already");
        } else {
            verdicts.answer(
                    "challenge",
                    rule.get().respond().status(),
                    rule.get().captureSecret().isPresent()
                            ? "a handshake, which would bind the trigger to the secret in it"
                            : "a handshake; nothing is started");
        }
    }

    /** @return the event that stands for all: the first of the right type, or else the first */
    private static Optional<Arrival.Part> event(Arrival arrival, Verdicts verdicts) {
        Trigger trigger = arrival.inbound().trigger();
        Optional<Selection.Misconfigured> misconfigured = Selection.misconfigured(trigger, arrival.profile());
        Optional<Arrival.Part> fitting = arrival.parts().stream()
                .filter(part -> Selection.isOfType(trigger, arrival.profile(), part))
                .findFirst();
        Optional<Arrival.Part> first = arrival.parts().stream().findFirst();
        if (misconfigured.isPresent()) {
            verdicts.refuse(
                    "event",
                    ErrorCode.TRIGGER_MISCONFIGURED,
                    misconfigured.get().detail());
        } else if (fitting.isEmpty()) {
            verdicts.filter(
                    "event",
                    "the trigger is for '" + trigger.eventType().orElse("") + "', the delivery is "
                            + first.flatMap(Arrival.Part::eventType)
                                    .map(type -> "'" + type + "'")
                                    .orElse("of no type"));
        } else {
            verdicts.pass(
                    "event",
                    fitting.get().eventType().map(type -> "'" + type + "'").orElse("the source names no events")
                            + (arrival.isBatch() ? ", one of " + arrival.parts().size() + " in the batch" : ""));
        }
        return fitting.or(() -> first);
    }

    private void sift(
            Arrival arrival,
            Arrival.Part part,
            Optional<List<InputDeclaration>> declared,
            Verdicts verdicts,
            JsonObject.Builder body) {
        CompiledTrigger definition = checks.compiled().of(arrival.inbound().trigger());
        Map<String, Object> scope = arrival.scope(part, definition.wanted());
        Selection selection = new Selection(definition, declared.orElse(List.of()));
        Optional<String> key = Selection.deliveryKey(arrival)
                .or(() -> selection.dedup(arrival, part, scope))
                .map(DedupKey::value);
        body.putIfPresent("dedupKey", key)
                .putIfPresent("concurrencyKey", definition.concurrency(scope).map(Concurrency::key));
        dedup(arrival.inbound().trigger(), key, verdicts);
        List<CompiledTrigger.Tested> tested = definition.test(scope);
        long failing = tested.stream().filter(one -> !one.holds()).count();
        if (failing == 0) {
            verdicts.pass("predicates", tested.isEmpty() ? "there are none" : "all hold");
        } else {
            verdicts.filter("predicates", failing + " of " + tested.size() + " do not hold");
        }
        body.put(
                "predicates",
                tested.stream().map(CompiledTrigger.Tested::toJson).toList());
        if (declared.isEmpty()) {
            verdicts.unknown("only the workflow can say", "inputs");
            return;
        }
        RunInputs.Resolution resolution = RunInputs.resolve(declared.get(), definition.inputs(scope));
        if (resolution instanceof RunInputs.Invalid invalid) {
            verdicts.refuse(
                    "inputs", ErrorCode.INVALID_INPUTS, 422, "input '" + invalid.field() + "': " + invalid.reason());
            body.put("invalidInputs", invalid.toJson());
        } else {
            verdicts.pass("inputs", "complete");
            body.put("inputs", ((RunInputs.Resolved) resolution).values());
        }
    }

    private void dedup(Trigger trigger, Optional<String> key, Verdicts verdicts) {
        if (!trigger.dedup().enabled()) {
            verdicts.pass("dedup", "off");
            return;
        }
        if (key.isEmpty()) {
            verdicts.pass("dedup", "nothing in the delivery tells it from others");
            return;
        }
        try {
            Optional<String> first = deliveries.claimedBy(trigger.id(), key.get());
            if (first.isPresent()) {
                verdicts.answer("dedup", 202, "came before, as delivery " + first.get());
            } else {
                verdicts.pass("dedup", "did not come before");
            }
        } catch (InfloopException unavailable) {
            verdicts.refuse("dedup", ErrorCode.STORE_UNAVAILABLE, "the store cannot be asked");
        }
    }

    private void queue(Verdicts verdicts) {
        int waiting = checks.records().waitingCount();
        Optional<String> hold = checks.runs().hold();
        if (waiting >= queueMax) {
            verdicts.refuse("queue", ErrorCode.QUEUE_FULL, waiting + " items wait, as many as may");
        } else {
            verdicts.pass(
                    "queue",
                    waiting + " items wait"
                            + hold.map(reason -> "; held: " + reason).orElse(""));
        }
    }
}
