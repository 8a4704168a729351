package io.infloop.rest.internal;

import io.infloop.core.id.Ids;
import io.infloop.store.DeliveryFilter;
import io.infloop.store.DeliveryOutcome;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/** Which deliveries a request means. */
final class DeliveryFilters {
    static final Set<String> MEMBERS =
            Set.of("triggerId", "workflowId", "outcome", "eventType", "deliveryId", "from", "to");
    private static final int MAX_TEXT = 512;

    private DeliveryFilters() {}

    /**
     * @param members gives the text of a member
     * @throws InvalidQueryException naming the member that makes no sense
     */
    static DeliveryFilter of(Function<String, Optional<String>> members) {
        Optional<String> triggerId = members.apply("triggerId");
        Optional<String> workflowId = members.apply("workflowId");
        if (triggerId.isPresent() && !Ids.isTriggerId(triggerId.get())) {
            throw new InvalidQueryException("triggerId");
        }
        if (workflowId.isPresent() && !Ids.isWorkflowId(workflowId.get())) {
            throw new InvalidQueryException("workflowId");
        }
        return new DeliveryFilter(
                triggerId,
                workflowId,
                members.apply("outcome").map(DeliveryFilters::outcome),
                text(members, "eventType"),
                text(members, "deliveryId"),
                time(members, "from"),
                time(members, "to"));
    }

    private static Optional<String> text(Function<String, Optional<String>> members, String name) {
        Optional<String> text = members.apply(name);
        if (text.isPresent() && text.get().length() > MAX_TEXT) {
            throw new InvalidQueryException(name);
        }
        return text;
    }

    private static DeliveryOutcome outcome(String text) {
        for (DeliveryOutcome outcome : DeliveryOutcome.values()) {
            if (word(outcome).equals(text)) {
                return outcome;
            }
        }
        throw new InvalidQueryException("outcome");
    }

    static String word(DeliveryOutcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT);
    }

    /** Milliseconds, or ISO 8601 with an offset. */
    private static OptionalLong time(Function<String, Optional<String>> members, String name) {
        Optional<String> text = members.apply(name);
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            if (text.get().matches("[0-9]{1,18}")) {
                return OptionalLong.of(Long.parseLong(text.get()));
            }
            // A plus that was not escaped arrives as a space.
            Instant instant = OffsetDateTime.parse(text.get().replace(' ', '+')).toInstant();
            return OptionalLong.of(instant.toEpochMilli());
        } catch (DateTimeException | ArithmeticException notATime) {
            throw new InvalidQueryException(name);
        }
    }
}
