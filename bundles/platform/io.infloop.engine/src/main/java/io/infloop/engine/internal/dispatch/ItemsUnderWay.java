package io.infloop.engine.internal.dispatch;

import io.infloop.store.RecordStore.QueueItem;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Items that still wait as far as the store knows, while their claim or removal is being written. Thread-safe. */
final class ItemsUnderWay {
    /** Items of one workflow and concurrency key run one after the other. */
    record Lane(String workflowId, String key) {
        static Optional<Lane> of(QueueItem item) {
            return item.concurrency().map(concurrency -> new Lane(item.workflowId(), concurrency.key()));
        }
    }

    private final Map<String, Optional<Lane>> items = new HashMap<>();

    synchronized void begun(QueueItem item) {
        items.put(item.queueId(), Lane.of(item));
    }

    synchronized void finished(QueueItem item) {
        items.remove(item.queueId());
    }

    /** Their queue ids, at this moment. */
    synchronized Set<String> ids() {
        return new HashSet<>(items.keySet());
    }

    /** Lanes that an item of theirs is about to take. */
    synchronized Set<Lane> lanes() {
        Set<Lane> lanes = new HashSet<>();
        items.values().forEach(lane -> lane.ifPresent(lanes::add));
        return lanes;
    }
}
