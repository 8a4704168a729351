package io.infloop.ingress.internal;

import io.infloop.store.Trigger;
import io.infloop.store.TriggerStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;

/** Keeps triggers compiled for as long as what they are compiled from stays the same. Thread-safe. */
final class CompiledTriggers {
    /** Not the trigger itself: it changes with every delivery, by its {@code lastFiredAt}. */
    private record Entry(
            List<Trigger.Predicate> match,
            Map<String, String> inputs,
            Trigger.Dedup dedup,
            Optional<Trigger.Concurrency> concurrency,
            CompiledTrigger compiled) {
        boolean fits(Trigger trigger) {
            return match.equals(trigger.match())
                    && inputs.equals(trigger.inputs())
                    && dedup.equals(trigger.dedup())
                    && concurrency.equals(trigger.concurrency());
        }
    }

    private final TriggerStore triggers;
    private final Consumer<String> onForgotten;
    private final ConcurrentMap<String, Entry> byId = new ConcurrentHashMap<>();

    /** @param onForgotten told the ids of triggers that are gone */
    CompiledTriggers(TriggerStore triggers, Consumer<String> onForgotten) {
        this.triggers = triggers;
        this.onForgotten = onForgotten;
    }

    CompiledTrigger of(Trigger trigger) {
        Entry entry = byId.get(trigger.id());
        if (entry == null || !entry.fits(trigger)) {
            if (entry == null) {
                forgetDeleted();
            }
            entry = new Entry(
                    trigger.match(),
                    trigger.inputs(),
                    trigger.dedup(),
                    trigger.concurrency(),
                    CompiledTrigger.compile(trigger));
            byId.put(trigger.id(), entry);
        }
        return entry.compiled();
    }

    /** Called when a trigger is new here, so the map never outgrows the triggers by more than those deleted since. */
    private void forgetDeleted() {
        byId.keySet().removeIf(id -> {
            boolean gone = triggers.find(id).isEmpty();
            if (gone) {
                onForgotten.accept(id);
            }
            return gone;
        });
    }
}
