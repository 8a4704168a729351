package io.infloop.core.internal.posture;

import io.infloop.core.internal.settings.ServerSettings;
import io.infloop.core.internal.settings.SettingReport;
import io.infloop.core.posture.Posture;
import io.infloop.core.posture.PostureLine;
import io.infloop.core.posture.PostureSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the posture together from the settings and from everybody who knows a part of it. */
public final class ServerPosture implements Posture {
    private static final Logger LOGGER = LoggerFactory.getLogger(ServerPosture.class);

    private final ServerSettings settings;
    private final List<String> warnings;
    private final Supplier<List<PostureSource>> sources;

    /** @param sources asked anew each time */
    public ServerPosture(ServerSettings settings, List<String> warnings, Supplier<List<PostureSource>> sources) {
        this.settings = settings;
        this.warnings = List.copyOf(warnings);
        this.sources = sources;
    }

    @Override
    public List<PostureLine> lines() {
        List<PostureLine> lines = new ArrayList<>();
        for (SettingReport setting : settings.report()) {
            if (setting.safeValue().isPresent()) {
                lines.add(new PostureLine(setting.name(), setting.value(), setting.advice()));
            }
        }
        for (PostureSource source : sources.get()) {
            try {
                lines.addAll(source.posture());
            } catch (RuntimeException failed) {
                LOGGER.error("A part of the posture is not known", failed);
                lines.add(PostureLine.weakened(
                        source.getClass().getSimpleName(), "not known", "see the log: this part could not be asked"));
            }
        }
        return List.copyOf(lines);
    }

    @Override
    public List<Map<String, Object>> settings() {
        return settings.report().stream().map(SettingReport::toJson).toList();
    }

    @Override
    public List<String> warnings() {
        return warnings;
    }
}
