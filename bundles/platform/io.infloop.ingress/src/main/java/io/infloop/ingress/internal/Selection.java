package io.infloop.ingress.internal;

import io.infloop.engine.Workflows.InputDeclaration;
import io.infloop.engine.input.RunInputs;
import io.infloop.spi.webhook.WebhookEvent;
import io.infloop.store.Concurrency;
import io.infloop.store.DedupKey;
import io.infloop.store.Trigger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds out which events of a delivery the trigger wants, and what they start. */
final class Selection {
    /** What became of the events. */
    sealed interface Outcome permits Wanted, Misconfigured, Invalid {}

    /** @param events may be empty: nothing is wanted */
    record Wanted(List<Event> events) implements Outcome {}

    /** The trigger does not say which events of its source it wants. */
    record Misconfigured(String detail) implements Outcome {}

    /** @param index of the event in the delivery */
    record Invalid(int index, RunInputs.Invalid problem) implements Outcome {}

    /**
     * An event that starts a run.
     *
     * @param dedup its own key, beside that of the delivery
     */
    record Event(
            Optional<String> eventType,
            Map<String, Object> inputs,
            Optional<DedupKey> dedup,
            Optional<Concurrency> concurrency) {}

    private final CompiledTrigger definition;
    private final List<InputDeclaration> declared;

    Selection(CompiledTrigger definition, List<InputDeclaration> declared) {
        this.definition = definition;
        this.declared = declared;
    }

    /** Whether an event is of the type that the trigger wants. */
    static boolean isOfType(Trigger trigger, SourceProfile profile, Arrival.Part part) {
        return profile.descriptor().eventType().isEmpty()
                || trigger.eventType().filter(WebhookEvent.ANY::equals).isPresent()
                || trigger.eventType().equals(part.eventType());
    }

    /** Refuses what the trigger leaves open; empty if it is complete. */
    static Optional<Misconfigured> misconfigured(Trigger trigger, SourceProfile profile) {
        return profile.descriptor().eventType().isPresent()
                        && trigger.eventType().isEmpty()
                ? Optional.of(new Misconfigured("the trigger names no event of its source"))
                : Optional.empty();
    }

    Outcome of(Arrival arrival) {
        Trigger trigger = arrival.inbound().trigger();
        StageTimes times = arrival.inbound().times();
        List<Event> events = new ArrayList<>();
        for (int index = 0; index < arrival.parts().size(); index++) {
            Arrival.Part part = arrival.parts().get(index);
            if (!isOfType(trigger, arrival.profile(), part)) {
                continue;
            }
            Map<String, Object> scope = arrival.scope(part, definition.wanted());
            boolean matches = definition.matches(scope);
            times.end(Stage.MATCH);
            if (!matches) {
                continue;
            }
            RunInputs.Resolution resolution = RunInputs.resolve(declared, definition.inputs(scope));
            if (resolution instanceof RunInputs.Invalid invalid) {
                return new Invalid(index, invalid);
            }
            events.add(new Event(
                    part.eventType(),
                    ((RunInputs.Resolved) resolution).values(),
                    dedup(arrival, part, scope),
                    definition.concurrency(scope)));
            times.end(Stage.INPUTS);
        }
        return new Wanted(events);
    }

    /** The key of the whole delivery; none where the trigger has a key of its own. */
    static Optional<DedupKey> deliveryKey(Arrival arrival) {
        Trigger.Dedup dedup = arrival.inbound().trigger().dedup();
        return counts(arrival.inbound(), dedup) && dedup.key().isEmpty()
                ? arrival.deliveryId().map(id -> key(arrival.profile(), dedup, id))
                : Optional.empty();
    }

    /** A replay would be taken for a repetition of the first one, which it is meant to be. */
    private static boolean counts(Inbound inbound, Trigger.Dedup dedup) {
        return dedup.enabled() && inbound.mode() != FireMode.REPLAY;
    }

    /** The key of one event, beside that of the delivery. */
    Optional<DedupKey> dedup(Arrival arrival, Arrival.Part part, Map<String, Object> scope) {
        Trigger.Dedup dedup = arrival.inbound().trigger().dedup();
        if (!counts(arrival.inbound(), dedup)) {
            return Optional.empty();
        }
        Optional<String> key = dedup.key().isPresent()
                ? definition
                        .dedupKey(scope)
                        .map(text -> "key:" + text)
                        .or(() -> senders(part))
                        .or(() -> ofWhole(arrival))
                : senders(part);
        return key.map(text -> key(arrival.profile(), dedup, text));
    }

    /** Prefixes keep the keys apart from ids, which are the sender's. */
    private static Optional<String> senders(Arrival.Part part) {
        return part.id().map(id -> "event:" + id).or(() -> part.replayKey().map(text -> "same:" + text));
    }

    /** A delivery that the trigger's own key does not fit is repeated by its sender none the less. */
    private static Optional<String> ofWhole(Arrival arrival) {
        return arrival.isBatch() ? Optional.empty() : arrival.deliveryId();
    }

    /** Kept at least for as long as the captured request would be taken for genuine. */
    private static DedupKey key(SourceProfile profile, Trigger.Dedup dedup, String text) {
        long window = Math.max(
                profile.replayWindow().toMillis(),
                Duration.ofHours(dedup.retentionHours().orElse(0)).toMillis());
        return new DedupKey(Digests.bounded(text), window);
    }
}
