package io.infloop.host.internal;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.event.EventHub;
import io.infloop.host.PluginInfo;
import io.infloop.host.PluginState;
import io.infloop.host.internal.deploy.PluginNews;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Writes news of plugins to the log and the audit and tells watchers. */
final class RecordedNews implements PluginNews {
    private static final Logger LOG = LoggerFactory.getLogger(RecordedNews.class);
    private static final String REMOVED = "removed";

    private final AuditLog audit;
    private final EventHub events;
    private final boolean audited;

    /** @param audited false for a server that must not write to the data directory */
    RecordedNews(AuditLog audit, EventHub events, boolean audited) {
        this.audit = audit;
        this.events = events;
        this.audited = audited;
    }

    @Override
    public void changed(PluginInfo plugin) {
        String why = plugin.reason().map(reason -> ": " + reason).orElse("");
        // What ships comes and goes with the server; only what goes wrong with it is news.
        Level level = plugin.state() == PluginState.FAILED
                ? Level.WARN
                : plugin.origin().equals("shipped") ? Level.DEBUG : Level.INFO;
        LOG.atLevel(level)
                .log(
                        "Plugin {} {}: {}{}",
                        plugin.id(),
                        plugin.version(),
                        plugin.state().text(),
                        why);
        publish(plugin, plugin.state().text());
    }

    @Override
    public void serves(PluginInfo plugin, Optional<String> previous) {
        record(previous.isPresent() ? "plugin.replaced" : "plugin.active", plugin, AuditEvent.Outcome.OK, previous);
    }

    @Override
    public void failed(PluginInfo plugin) {
        record("plugin.failed", plugin, AuditEvent.Outcome.ERROR, Optional.empty());
    }

    @Override
    public void removed(PluginInfo plugin) {
        LOG.info("Plugin {} {}: removed", plugin.id(), plugin.version());
        record("plugin.removed", plugin, AuditEvent.Outcome.OK, Optional.empty());
        publish(plugin, REMOVED);
    }

    private void publish(PluginInfo plugin, String state) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", plugin.id());
        fields.put("version", plugin.version());
        fields.put("state", state);
        fields.put("contributions", plugin.contributions());
        plugin.reason().ifPresent(reason -> fields.put("reason", reason));
        events.publish("plugin_changed", Optional.empty(), fields);
    }

    private void record(String type, PluginInfo plugin, AuditEvent.Outcome outcome, Optional<String> previous) {
        if (audited) {
            audit.append(AuditEvent.of(type, Actor.SYSTEM)
                    .outcome(outcome)
                    .with("pluginId", plugin.id())
                    .with("version", plugin.version())
                    .with("previousVersion", previous)
                    .with("origin", plugin.origin())
                    .with("state", plugin.state().text())
                    .with("reason", plugin.reason()));
        }
    }
}
