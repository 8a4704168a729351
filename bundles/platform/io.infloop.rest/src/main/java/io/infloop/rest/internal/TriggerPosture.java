package io.infloop.rest.internal;

import io.infloop.core.error.InfloopException;
import io.infloop.core.id.Ids;
import io.infloop.core.posture.PostureLine;
import io.infloop.core.posture.PostureSource;
import io.infloop.host.Contributions;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The triggers that take deliveries which nobody signed. One that is disabled takes none. */
@Component(service = PostureSource.class)
public final class TriggerPosture implements PostureSource {
    private static final int MAX_LINES = 100;
    private static final int MAX_NAMED = 10;

    private final TriggerStore triggers;
    private final Contributions contributions;

    @Activate
    public TriggerPosture(@Reference TriggerStore triggers, @Reference Contributions contributions) {
        this.triggers = triggers;
        this.contributions = contributions;
    }

    @Override
    public List<PostureLine> posture() {
        List<Trigger> enabled;
        try {
            enabled = triggers.list().stream().filter(Trigger::enabled).toList();
        } catch (InfloopException unreadable) {
            return List.of(PostureLine.weakened(
                    "triggers", "not known", "make the triggers directory readable; until then there are none"));
        }
        List<PostureLine> lines = new ArrayList<>();
        Map<String, List<Trigger>> unsigned = new TreeMap<>();
        List<Trigger> optional = new ArrayList<>();
        Map<String, Optional<SourceFacts>> sources = new HashMap<>();
        Map<String, Boolean> secretNeeded = new HashMap<>();
        for (Trigger trigger : enabled) {
            Optional<SourceFacts> source =
                    sources.computeIfAbsent(trigger.pluginId(), id -> SourceFacts.find(contributions, id));
            if (source.filter(facts -> !facts.signs()).isPresent()) {
                unsigned.computeIfAbsent(trigger.pluginId(), id -> new ArrayList<>())
                        .add(trigger);
            } else if (source.isPresent() && trigger.verifyOptional() && !trigger.hasSecret()) {
                boolean needed = secretNeeded.computeIfAbsent(
                        trigger.pluginId(), id -> source.get().needsSecret().orElse(true));
                if (needed) {
                    optional.add(trigger);
                }
            }
        }
        unsigned.forEach((id, of) -> lines.add(PostureLine.weakened(
                "source " + id,
                "without a signature; used by " + named(of),
                "whoever knows such a URL can start runs: set ipAllow, or use a source that signs")));
        optional.stream().limit(MAX_LINES).forEach(trigger -> lines.add(optional(trigger)));
        if (optional.size() > MAX_LINES) {
            lines.add(PostureLine.weakened(
                    "triggers",
                    (optional.size() - MAX_LINES) + " more with verifyOptional without a secret",
                    advice()));
        }
        return lines.isEmpty()
                ? List.of(PostureLine.safe("triggers", "each enabled one verifies what it is sent"))
                : lines;
    }

    private static PostureLine optional(Trigger trigger) {
        return PostureLine.weakened(
                "trigger " + Ids.masked(trigger.id()),
                "accepts unsigned deliveries of " + trigger.pluginId() + " (verifyOptional without a secret)",
                advice());
    }

    private static String advice() {
        return "give it the sender's secret";
    }

    private static String named(List<Trigger> triggers) {
        String named = triggers.stream()
                .limit(MAX_NAMED)
                .map(trigger -> Ids.masked(trigger.id()))
                .collect(Collectors.joining(", "));
        return triggers.size() <= MAX_NAMED ? named : named + " and " + (triggers.size() - MAX_NAMED) + " more";
    }
}
