package io.infloop.engine.internal.testing;

import io.infloop.core.settings.DeliverySettings;
import io.infloop.core.settings.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings with the defaults, but for those a test sets. */
public final class FakeSettings implements Settings {
    private final Path data;
    public int maxConcurrentRuns = 4;
    public long maxRunNodeExecutions = 10_000;
    public Duration maxRunDuration = Duration.ofHours(24);
    public double maxRunCostUsd;
    public double maxTotalCostUsd;
    public int runHistoryLimit = 100;

    public FakeSettings(Path data) {
        this.data = data;
    }

    @Override
    public Path dataDirectory() {
        return data;
    }

    @Override
    public Path homeDirectory() {
        return data;
    }

    @Override
    public Path workflowsDirectory() {
        return data.resolve("workflows");
    }

    @Override
    public Path libraryDirectory() {
        return data.resolve("library");
    }

    @Override
    public Path triggersDirectory() {
        return data.resolve("triggers");
    }

    @Override
    public Path connectionsDirectory() {
        return data.resolve("connections");
    }

    @Override
    public Path runsDirectory() {
        return data.resolve("runs");
    }

    @Override
    public Path pluginsDirectory() {
        return data.resolve("plugins");
    }

    @Override
    public Path providersDirectory() {
        return data.resolve("providers");
    }

    @Override
    public Path webhookPluginsDirectory() {
        return data.resolve("webhook-plugins");
    }

    @Override
    public String host() {
        return "127.0.0.1";
    }

    @Override
    public int port() {
        return 0;
    }

    @Override
    public List<Path> workspaceRoots() {
        return List.of();
    }

    @Override
    public int maxConcurrentRuns() {
        return maxConcurrentRuns;
    }

    @Override
    public int queueMax() {
        return 10_000;
    }

    @Override
    public DeliverySettings deliveries() {
        return DeliverySettings.DEFAULTS;
    }

    @Override
    public int webhookRateLimit() {
        return 0;
    }

    @Override
    public int loginRateLimit() {
        return 0;
    }

    @Override
    public long maxRunNodeExecutions() {
        return maxRunNodeExecutions;
    }

    @Override
    public Duration maxRunDuration() {
        return maxRunDuration;
    }

    @Override
    public double maxRunCostUsd() {
        return maxRunCostUsd;
    }

    @Override
    public double maxTotalCostUsd() {
        return maxTotalCostUsd;
    }

    @Override
    public int runHistoryLimit() {
        return runHistoryLimit;
    }

    @Override
    public long auditMaxBytes() {
        return 0;
    }

    @Override
    public int auditMaxFiles() {
        return 0;
    }

    @Override
    public Duration pluginGrace() {
        return Duration.ofMinutes(10);
    }

    @Override
    public String interpreter(String name) {
        return "python3";
    }

    @Override
    public Optional<String> providerBinary(String providerId) {
        return Optional.of("/opt/" + providerId);
    }
}
