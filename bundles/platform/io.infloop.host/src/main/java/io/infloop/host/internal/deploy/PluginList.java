package io.infloop.host.internal.deploy;

import io.infloop.host.PluginInfo;
import io.infloop.host.PluginState;
import io.infloop.host.Plugins;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The list of plugins as last published, and the news that follow from the difference to the one before. */
final class PluginList implements Plugins {
    /** Origin of what came with the distribution. */
    static final String SHIPPED = "shipped";

    private final PluginNews news;
    private final Clock clock;
    private final UnaryOperator<String> redaction;
    private Map<Row, PluginInfo> current = Map.of();
    private volatile List<PluginInfo> published = List.of();
    private volatile boolean settled;

    /** One plugin, file or version among all: what stays the same when its state changes. */
    record Row(String id, String version, String origin, String sha256) {}

    /** @param redaction takes secrets out of reasons, which are often the words of a plugin's exception */
    PluginList(PluginNews news, Clock clock, UnaryOperator<String> redaction) {
        this.news = news;
        this.clock = clock;
        this.redaction = redaction;
    }

    @Override
    public List<PluginInfo> list() {
        return published;
    }

    @Override
    public boolean isSettled() {
        return settled;
    }

    void settle() {
        settled = true;
    }

    /** Replaces the list; called by one thread. */
    void publish(Map<Row, PluginInfo> rows) {
        Map<Row, PluginInfo> previous = current;
        Map<Row, PluginInfo> next = new LinkedHashMap<>();
        List<PluginInfo> changed = new ArrayList<>();
        rows.forEach((row, found) -> {
            PluginInfo info = redacted(found);
            PluginInfo before = previous.get(row);
            boolean same = before != null && withSince(info, before.since()).equals(before);
            boolean sameState = before != null && before.state() == info.state();
            PluginInfo dated = withSince(info, sameState ? before.since() : clock.millis());
            next.put(row, dated);
            if (!same) {
                changed.add(dated);
            }
        });
        current = next;
        published = next.values().stream()
                .sorted(Comparator.comparing((PluginInfo info) -> !info.origin().equals(SHIPPED))
                        .thenComparing(PluginInfo::id)
                        .thenComparing(PluginInfo::origin)
                        .thenComparing(PluginInfo::version))
                .toList();
        tell(previous, next, changed);
    }

    private void tell(Map<Row, PluginInfo> previous, Map<Row, PluginInfo> next, List<PluginInfo> changed) {
        for (PluginInfo info : changed) {
            news.changed(info);
            if (info.state() == PluginState.FAILED) {
                news.failed(info);
            }
        }
        Map<String, Row> served = serving(previous);
        Map<String, Row> serves = serving(next);
        serves.forEach((id, row) -> {
            Optional<Row> before = Optional.ofNullable(served.get(id));
            if (before.isEmpty() || !before.get().equals(row)) {
                news.serves(next.get(row), before.map(Row::version));
            }
        });
        served.forEach((id, row) -> {
            if (!isPresent(id, next)) {
                news.removed(previous.get(row));
            }
        });
    }

    private static boolean isPresent(String id, Map<Row, PluginInfo> rows) {
        return rows.values().stream().anyMatch(info -> info.id().equals(id) && info.state() != PluginState.RETIRING);
    }

    private static Map<String, Row> serving(Map<Row, PluginInfo> rows) {
        Map<String, Row> serving = new HashMap<>();
        rows.forEach((row, info) -> {
            boolean serves = info.state() == PluginState.ACTIVE || info.state() == PluginState.OVERRIDES_SHIPPED;
            if (serves && !info.origin().equals(SHIPPED)) {
                serving.put(info.id(), row);
            }
        });
        return serving;
    }

    private PluginInfo redacted(PluginInfo info) {
        return new PluginInfo(
                info.id(),
                info.version(),
                info.state(),
                info.origin(),
                info.contributions(),
                info.reason().map(redaction),
                info.since());
    }

    private static PluginInfo withSince(PluginInfo info, long since) {
        return new PluginInfo(
                info.id(), info.version(), info.state(), info.origin(), info.contributions(), info.reason(), since);
    }
}
