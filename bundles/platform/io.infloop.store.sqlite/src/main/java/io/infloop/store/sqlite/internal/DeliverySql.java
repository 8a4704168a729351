package io.infloop.store.sqlite.internal;

import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.DeliveryDetails;
import io.infloop.store.DeliveryFilter;
import io.infloop.store.DeliveryOutcome;
import io.infloop.store.DeliverySummary;
import io.infloop.store.RecordStore.QueueHistory;
import io.infloop.store.StoredDelivery;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The statements about deliveries that are looked at. */
final class DeliverySql {
    private static final int MAX_ITEMS_SHOWN = 1_000;
    private static final String SUMMARY =
            """
            SELECT seq, id, trigger_id, workflow_id, plugin_id, event_type, sender_id, outcome, reason, correlation_id,
              received_at, queue_ids, duplicate_of, replay_of, body_length,
              CASE WHEN duplicate_of IS NULL THEN body_encoding >= 0
                ELSE EXISTS (SELECT 1 FROM deliveries f WHERE f.id = deliveries.duplicate_of AND f.body_encoding >= 0)
              END
            """;
    private static final String DETAIL = SUMMARY
            + ", request, headers, body_sha256, body_encoding, CASE WHEN body_encoding = -2 THEN body END"
            + " FROM deliveries WHERE id = ?";
    private static final String BODY =
            "SELECT body_encoding, body_length, body, duplicate_of FROM deliveries WHERE id = ?";

    private DeliverySql() {}

    static int number(DeliveryOutcome outcome) {
        return switch (outcome) {
            case ACCEPTED -> 0;
            case DUPLICATE -> 1;
            case FILTERED -> 2;
            case REJECTED -> 3;
        };
    }

    private static DeliveryOutcome outcome(int number) {
        for (DeliveryOutcome outcome : DeliveryOutcome.values()) {
            if (number(outcome) == number) {
                return outcome;
            }
        }
        throw new IllegalStateException("unknown outcome of a delivery " + number);
    }

    /** A condition on the columns of the index {@code deliveries_list}. */
    private record Condition(String sql, List<Object> values) {}

    private static Condition condition(DeliveryFilter filter, OptionalLong place, String comparison) {
        List<String> parts = new ArrayList<>();
        List<Object> values = new ArrayList<>();
        place.ifPresent(seq -> add(parts, values, "seq " + comparison + " ?", seq));
        filter.triggerId().ifPresent(id -> add(parts, values, "trigger_id = ?", id));
        filter.workflowId().ifPresent(id -> add(parts, values, "workflow_id = ?", id));
        filter.outcome().ifPresent(outcome -> add(parts, values, "outcome = ?", number(outcome)));
        filter.eventType().ifPresent(type -> add(parts, values, "event_type = ?", type));
        filter.senderId().ifPresent(id -> add(parts, values, "sender_id = ?", id));
        filter.from().ifPresent(time -> add(parts, values, "received_at >= ?", time));
        filter.to().ifPresent(time -> add(parts, values, "received_at < ?", time));
        return new Condition(parts.isEmpty() ? "" : " WHERE " + String.join(" AND ", parts), values);
    }

    private static void add(List<String> parts, List<Object> values, String part, Object value) {
        parts.add(part);
        values.add(value);
    }

    /** The inner query needs the index only. The texts are a bounded set: one for each set of filters. */
    static String list(String condition, String order) {
        return SUMMARY + " FROM deliveries WHERE seq IN (SELECT seq FROM deliveries INDEXED BY deliveries_list"
                + condition + " ORDER BY seq " + order + " LIMIT ?) ORDER BY seq " + order;
    }

    static List<DeliverySummary> list(
            SqlSession session, DeliveryFilter filter, OptionalLong place, boolean newestFirst, int limit)
            throws SQLException {
        Condition condition = condition(filter, place, newestFirst ? "<" : ">");
        List<Object> values = new ArrayList<>(condition.values());
        values.add(limit);
        return session.query(
                list(condition.sql(), newestFirst ? "DESC" : "ASC"), DeliverySql::summary, values.toArray());
    }

    static int count(SqlSession session, DeliveryFilter filter, int limit) throws SQLException {
        Condition condition = condition(filter, OptionalLong.empty(), "<");
        List<Object> values = new ArrayList<>(condition.values());
        values.add(limit);
        return Math.toIntExact(session.queryNumber(
                "SELECT count(*) FROM (SELECT seq FROM deliveries INDEXED BY deliveries_list" + condition.sql()
                        + " LIMIT ?) AS found",
                values.toArray()));
    }

    private static DeliverySummary summary(ResultSet row) throws SQLException {
        return new DeliverySummary(
                row.getLong(1),
                row.getString(2),
                row.getString(3),
                text(row, 4),
                text(row, 5),
                text(row, 6),
                text(row, 7),
                outcome(row.getInt(8)),
                text(row, 9),
                row.getString(10),
                row.getLong(11),
                Claims.ids(row.getString(12)),
                text(row, 13),
                text(row, 14),
                row.getLong(15),
                row.getInt(16) != 0);
    }

    private static Optional<String> text(ResultSet row, int column) throws SQLException {
        return Optional.ofNullable(row.getString(column));
    }

    static Optional<StoredDelivery> find(SqlSession session, String id) throws SQLException {
        Optional<StoredDelivery> found = session.queryOne(DETAIL, DeliverySql::detail, id);
        if (found.isEmpty()) {
            return found;
        }
        StoredDelivery delivery = found.get();
        List<QueueHistory> items = new ArrayList<>();
        List<String> queueIds = delivery.summary().queueIds();
        for (String queueId : queueIds.subList(0, Math.min(queueIds.size(), MAX_ITEMS_SHOWN))) {
            QueueSql.history(session, queueId).ifPresent(items::add);
        }
        return Optional.of(new StoredDelivery(
                delivery.summary(),
                delivery.details(),
                delivery.headers(),
                delivery.bodySha256(),
                delivery.bodyHead(),
                items));
    }

    private static StoredDelivery detail(ResultSet row) throws SQLException {
        DeliverySummary summary = summary(row);
        JsonObject request = Json.parseObject(row.getString(17));
        Map<String, Long> timings = new LinkedHashMap<>();
        request.object("timings").ifPresent(stages -> stages.asMap().forEach((stage, micros) -> {
            if (micros instanceof Number number) {
                timings.put(stage, number.longValue());
            }
        }));
        Map<String, String> headers = new LinkedHashMap<>();
        Json.parseObject(row.getString(18)).asMap().forEach((name, value) -> headers.put(name, String.valueOf(value)));
        return new StoredDelivery(
                summary,
                new DeliveryDetails(
                        summary.workflowId(),
                        summary.pluginId(),
                        summary.senderId(),
                        request.string("method").orElse("POST"),
                        request.string("query").orElse(""),
                        request.string("ip"),
                        request.string("actor"),
                        summary.replayOf(),
                        timings),
                headers,
                text(row, 19),
                ByteCodec.isHead(row.getInt(20)) ? Optional.ofNullable(row.getBytes(21)) : Optional.empty(),
                List.of());
    }

    private record Body(int encoding, int length, byte[] bytes, Optional<String> duplicateOf) {}

    static Optional<byte[]> body(SqlSession session, String id) throws SQLException {
        Optional<Body> body = read(session, id);
        if (body.isPresent() && body.get().duplicateOf().isPresent()) {
            body = read(session, body.get().duplicateOf().get());
        }
        return body.filter(found -> ByteCodec.isWhole(found.encoding()))
                .map(found -> ByteCodec.decode(found.encoding(), found.length(), found.bytes()));
    }

    private static Optional<Body> read(SqlSession session, String id) throws SQLException {
        PreparedStatement statement = session.prepared(BODY);
        SqlSession.bind(statement, 1, id);
        try (ResultSet row = statement.executeQuery()) {
            return row.next()
                    ? Optional.of(new Body(row.getInt(1), row.getInt(2), row.getBytes(3), text(row, 4)))
                    : Optional.empty();
        }
    }
}
