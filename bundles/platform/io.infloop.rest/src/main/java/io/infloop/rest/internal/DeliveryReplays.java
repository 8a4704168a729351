package io.infloop.rest.internal;

import io.infloop.core.error.ErrorCode;
import io.infloop.core.id.Ids;
import io.infloop.ingress.Replays;
import io.infloop.ingress.Replays.ReplayResult;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.DeliveryFilter;
import io.infloop.store.DeliveryOutcome;
import io.infloop.store.DeliveryStore;
import io.infloop.store.DeliverySummary;
import io.infloop.store.StoredDelivery;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes deliveries in again: one, or many that a filter names, oldest first. */
final class DeliveryReplays {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;
    private static final int MAX_COUNT = 100_000;
    private static final int PAGE = 50;

    private static final Duration MAX_TIME = Duration.ofSeconds(20);
    private static final Set<String> MEMBERS = Set.of("filter", "limit", "dryRun", "after", "triggerId", "workflowId");

    private final DeliveryStore deliveries;
    private final Replays replays;
    private final Clock clock;

    DeliveryReplays(DeliveryStore deliveries, Replays replays, Clock clock) {
        this.deliveries = deliveries;
        this.replays = replays;
        this.clock = clock;
    }

    /** Where they go. */
    private record Target(Optional<String> triggerId, Optional<String> workflowId) {
        /** @throws InvalidQueryException naming the member that makes no sense */
        static Target of(JsonObject body) {
            Optional<String> triggerId = text(body, "triggerId");
            Optional<String> workflowId = text(body, "workflowId");
            if (triggerId.isPresent() && !Ids.isTriggerId(triggerId.get())) {
                throw new InvalidQueryException("triggerId");
            }
            if (workflowId.isPresent() && !Ids.isWorkflowId(workflowId.get())) {
                throw new InvalidQueryException("workflowId");
            }
            return new Target(triggerId, workflowId);
        }
    }

    private static Optional<String> text(JsonObject body, String name) {
        Optional<String> text = body.string(name);
        if (body.has(name) && text.isEmpty()) {
            throw new InvalidQueryException(name);
        }
        return text;
    }

    ApiReply one(ApiRequest request, StoredDelivery delivery) {
        if (!(request.jsonOrEmpty(ApiRequest.MAX_BODY_BYTES) instanceof JsonObject body)) {
            return ApiReply.error(ErrorCode.INVALID_BODY);
        }
        Optional<String> unknown = unknown(body, Set.of("triggerId", "workflowId"));
        if (unknown.isPresent()) {
            return notAMember(unknown.get());
        }
        Target target = Target.of(body);
        ReplayResult result =
                StoreAnswers.await(replays.replay(delivery, target.triggerId(), target.workflowId(), request.actor()));
        if (result.status() == 204) {
            return ApiReply.ok(JsonObject.builder()
                    .put("status", 204)
                    .put("replayOf", delivery.summary().id())
                    .put("reason", "its trigger does not want it: another event type, or its conditions do not hold")
                    .build());
        }
        JsonObject.Builder answer = result.body().toBuilder()
                .putIfPresent("deliveryId", result.deliveryId())
                .put("replayOf", delivery.summary().id());
        ApiReply reply = ApiReply.json(result.status(), answer.build());
        return result.status() == 503 ? reply.with("retry-after", "5") : reply;
    }

    private static Optional<String> unknown(JsonObject body, Set<String> members) {
        return body.asMap().keySet().stream()
                .filter(name -> !members.contains(name))
                .findFirst();
    }

    private static ApiReply notAMember(String name) {
        return ApiReply.error(ErrorCode.INVALID_BODY, "unknown member '" + name + "'; see docs/api.md");
    }

    ApiReply many(ApiRequest request) {
        // A slip of the pen must not replay what was not meant.
        Optional<JsonObject> given = request.object();
        if (given.isEmpty() || given.get().object("filter").isEmpty()) {
            return ApiReply.error(
                    ErrorCode.INVALID_BODY, "filter is required: an object, {} for all deliveries that were accepted");
        }
        JsonObject body = given.get();
        Optional<String> unknown =
                unknown(body, MEMBERS).or(() -> unknown(body.object("filter").orElseThrow(), DeliveryFilters.MEMBERS));
        if (unknown.isPresent()) {
            return notAMember(unknown.get());
        }
        if (body.has("dryRun") && body.bool("dryRun").isEmpty()) {
            return ApiReply.error(ErrorCode.INVALID_BODY, "dryRun must be true or false");
        }
        Target target = Target.of(body);
        DeliveryFilter filter = filter(body.object("filter").orElseThrow());
        if (body.bool("dryRun").orElse(false)) {
            int count = deliveries.count(filter, MAX_COUNT);
            return ApiReply.ok(
                    JsonObject.builder().put("dryRun", true).put("count", count).build());
        }
        Optional<Span> span = body.has("after") ? Optional.of(Span.of(body)) : Optional.empty();
        int limit = body.has("limit") ? (int) limit(body) : DEFAULT_LIMIT;
        return new Round(request, target, limit).run(filter, span.orElseGet(this::everything));
    }

    /** Those that were accepted, unless something else is asked for: a duplicate would be replayed besides its first one. */
    private static DeliveryFilter filter(JsonObject given) {
        DeliveryFilter filter = DeliveryFilters.of(name -> given.has(name)
                ? Optional.of(given.string(name)
                        .or(() -> given.number(name).map(Number::toString))
                        .orElseThrow(() -> new InvalidQueryException(name)))
                : Optional.empty());
        return new DeliveryFilter(
                filter.triggerId(),
                filter.workflowId(),
                filter.outcome().or(() -> Optional.of(DeliveryOutcome.ACCEPTED)),
                filter.eventType(),
                filter.senderId(),
                filter.from(),
                filter.to());
    }

    private static long limit(JsonObject body) {
        return body.number("limit")
                .filter(number -> number.doubleValue() == number.longValue())
                .map(Number::longValue)
                .filter(value -> value > 0 && value <= MAX_LIMIT)
                .orElseThrow(() -> new InvalidQueryException("limit"));
    }

    /**
     * What is left to do. The end stays the same through all rounds, or each would replay what the ones before it brought in.
     *
     * @param after the place of the last one settled
     * @param last the place of the last one to replay
     */
    private record Span(long after, long last) {
        private static final Pattern TEXT = Pattern.compile("([0-9]{1,18})-([0-9]{1,18})");

        /** @throws InvalidQueryException if it is no {@code nextAfter} */
        static Span of(JsonObject body) {
            Matcher matcher = TEXT.matcher(body.string("after").orElse(""));
            if (!matcher.matches()) {
                throw new InvalidQueryException("after");
            }
            return new Span(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
        }

        Span from(long place) {
            return new Span(place, last);
        }

        @Override
        public String toString() {
            return after + "-" + last;
        }
    }

    /** What there is by now. */
    private Span everything() {
        long last = deliveries.list(DeliveryFilter.ALL, OptionalLong.empty(), 1).stream()
                .mapToLong(DeliverySummary::place)
                .findFirst()
                .orElse(0);
        return new Span(0, last);
    }

    /** One request's worth. */
    private final class Round {
        private final ApiRequest request;
        private final Target target;
        private final int limit;
        private final long end = clock.millis() + MAX_TIME.toMillis();
        private final List<JsonObject> results = new ArrayList<>();
        private int replayed;
        private boolean stopped;
        private boolean late;

        Round(ApiRequest request, Target target, int limit) {
            this.request = request;
            this.target = target;
            this.limit = limit;
        }

        ApiReply run(DeliveryFilter filter, Span span) {
            Span left = span;
            boolean more = true;
            while (more && !stopped && !late && results.size() < limit) {
                int wanted = Math.min(PAGE, limit - results.size());
                List<DeliverySummary> found =
                        deliveries.listOldestFirst(filter, OptionalLong.of(left.after()), wanted).stream()
                                .filter(delivery -> delivery.place() <= span.last())
                                .toList();
                OptionalLong done = replay(found);
                left = done.isPresent() ? left.from(done.getAsLong()) : left;
                more = found.size() == wanted;
            }
            JsonObject.Builder answer = JsonObject.builder()
                    .put("replayed", replayed)
                    .put("failed", results.size() - replayed)
                    .put("results", results);
            if (stopped || late || more) {
                answer.put("nextAfter", left.toString());
            }
            if (stopped) {
                answer.put("stopped", "the queue or the store takes nothing at the moment; go on later with nextAfter");
            }
            return ApiReply.ok(answer.build());
        }

        /** One after the other: what was replayed ends where the next round begins. @return the place of the last one settled */
        private OptionalLong replay(List<DeliverySummary> found) {
            OptionalLong settled = OptionalLong.empty();
            for (DeliverySummary summary : found) {
                Optional<StoredDelivery> delivery = deliveries.find(summary.id());
                if (delivery.isPresent()) {
                    ReplayResult result = StoreAnswers.await(
                            replays.replay(delivery.get(), target.triggerId(), target.workflowId(), request.actor()));
                    if (result.status() == 503) {
                        stopped = true;
                        return settled;
                    }
                    note(summary, result);
                }
                settled = OptionalLong.of(summary.place());
                if (clock.millis() >= end) {
                    late = true;
                    return settled;
                }
            }
            return settled;
        }

        private void note(DeliverySummary delivery, ReplayResult result) {
            replayed += result.status() == 202 ? 1 : 0;
            results.add(JsonObject.builder()
                    .put("id", delivery.id())
                    .put("status", result.status())
                    .putIfPresent("deliveryId", result.deliveryId())
                    .putIfPresent("queueId", result.body().string("queueId"))
                    .putIfPresent("error", result.body().string("error"))
                    .putIfPresent("reason", result.body().string("reason"))
                    .build());
        }
    }
}
