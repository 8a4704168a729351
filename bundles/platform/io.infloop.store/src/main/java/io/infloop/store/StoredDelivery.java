package io.infloop.store;

import io.infloop.store.RecordStore.QueueHistory;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A delivery with all that is known of it but its body.
 *
 * @param headers as they were stored: without signatures and credentials
 * @param bodySha256 in hexadecimal, of one that was refused
 * @param bodyHead the first KB of one that was refused, where that is kept
 * @param items what became of its queue items, as far as their records live
 */
@SuppressWarnings("ArrayRecordComponent")
public record StoredDelivery(
        DeliverySummary summary,
        DeliveryDetails details,
        Map<String, String> headers,
        Optional<String> bodySha256,
        Optional<byte[]> bodyHead,
        List<QueueHistory> items) {
    public StoredDelivery {
        items = List.copyOf(items);
    }
}
