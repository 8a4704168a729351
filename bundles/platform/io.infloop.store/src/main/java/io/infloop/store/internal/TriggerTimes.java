package io.infloop.store.internal;

import io.infloop.store.Trigger;
import io.infloop.store.TriggerSecret;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** When triggers fired and which of their secrets proved a delivery when; may be newer than the files. Thread-safe. */
final class TriggerTimes {
    /** @param used by id of the secret */
    private record Times(long firedAt, Map<String, Long> used) {
        static final Times NONE = new Times(Long.MIN_VALUE, Map.of());
    }

    private final Map<String, Times> byTrigger = new ConcurrentHashMap<>();

    void fired(String triggerId, long atMillis) {
        byTrigger.compute(triggerId, (id, known) -> {
            Times times = known == null ? Times.NONE : known;
            return times.firedAt() >= atMillis ? times : new Times(atMillis, times.used());
        });
    }

    void used(String triggerId, String secretId, long atMillis) {
        byTrigger.compute(triggerId, (id, known) -> {
            Times times = known == null ? Times.NONE : known;
            if (times.used().getOrDefault(secretId, Long.MIN_VALUE) >= atMillis) {
                return times;
            }
            Map<String, Long> used = new HashMap<>(times.used());
            used.put(secretId, atMillis);
            return new Times(times.firedAt(), Map.copyOf(used));
        });
    }

    /** The trigger with the newer of its own times and those known here. */
    Trigger applied(Trigger trigger) {
        Times times = byTrigger.get(trigger.id());
        if (times == null) {
            return trigger;
        }
        boolean fired = times.firedAt() > trigger.lastFiredAt().orElse(Long.MIN_VALUE);
        boolean used = trigger.secrets().stream().anyMatch(secret -> isNewer(times, secret));
        if (!fired && !used) {
            return trigger;
        }
        List<TriggerSecret> secrets = trigger.secrets().stream()
                .map(secret ->
                        isNewer(times, secret) ? secret.usedAt(times.used().get(secret.id())) : secret)
                .toList();
        return trigger.toBuilder()
                .secrets(secrets)
                .lastFiredAt(fired ? OptionalLong.of(times.firedAt()) : trigger.lastFiredAt())
                .build();
    }

    private static boolean isNewer(Times times, TriggerSecret secret) {
        Long usedAt = times.used().get(secret.id());
        return usedAt != null && usedAt > secret.lastUsedAt().orElse(Long.MIN_VALUE);
    }

    Set<String> triggers() {
        return byTrigger.keySet();
    }

    void forget(String triggerId) {
        byTrigger.remove(triggerId);
    }
}
