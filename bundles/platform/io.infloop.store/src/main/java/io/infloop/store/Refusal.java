package io.infloop.store;

import java.util.Optional;

/**
 * Why a delivery was not enqueued.
 *
 * @param outcome {@link DeliveryOutcome#FILTERED} or {@link DeliveryOutcome#REJECTED}
 * @param code a stable word, such as {@code bad-signature}
 * @param detail for people; without secrets
 * @param keepsBody whether the beginning of its body is kept, also where the server as a whole keeps none
 */
public record Refusal(DeliveryOutcome outcome, String code, Optional<String> detail, boolean keepsBody) {
    public Refusal {
        if (outcome != DeliveryOutcome.FILTERED && outcome != DeliveryOutcome.REJECTED) {
            throw new IllegalArgumentException("a delivery is refused as filtered or rejected, not as " + outcome);
        }
    }

    public static Refusal rejected(String code) {
        return new Refusal(DeliveryOutcome.REJECTED, code, Optional.empty(), false);
    }
}
