package io.infloop.core.internal.settings;

import io.infloop.core.settings.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The settings as read.
 *
 * @param providerBinaries programs by the end of the variable's name
 * @param childPassthrough variables that every child gets beyond the base set
 * @param allowInsecure whether a network bind without a token was asked for
 */
public record ServerSettings(
        Path dataDirectory,
        Path homeDirectory,
        Path workflowsDirectory,
        Path libraryDirectory,
        Path triggersDirectory,
        Path connectionsDirectory,
        Path runsDirectory,
        Path pluginsDirectory,
        Path providersDirectory,
        Path webhookPluginsDirectory,
        String host,
        int port,
        List<Path> workspaceRoots,
        int maxConcurrentRuns,
        int queueMax,
        int webhookRateLimit,
        int loginRateLimit,
        long maxRunNodeExecutions,
        Duration maxRunDuration,
        double maxRunCostUsd,
        double maxTotalCostUsd,
        int runHistoryLimit,
        long auditMaxBytes,
        int auditMaxFiles,
        Duration pluginGrace,
        String pythonProgram,
        String bunProgram,
        Map<String, String> providerBinaries,
        Optional<String> claudeBinary,
        List<String> childPassthrough,
        boolean allowInsecure)
        implements Settings {

    public ServerSettings {
        workspaceRoots = List.copyOf(workspaceRoots);
        providerBinaries = Map.copyOf(providerBinaries);
        childPassthrough = List.copyOf(childPassthrough);
    }

    @Override
    public String interpreter(String name) {
        return switch (name) {
            case "python" -> pythonProgram;
            case "bun" -> bunProgram;
            default -> throw new IllegalArgumentException("no interpreter is called " + name + "; known: python, bun");
        };
    }

    @Override
    public Optional<String> providerBinary(String providerId) {
        String name = providerId.toUpperCase(Locale.ROOT);
        String found = providerBinaries.getOrDefault(name, providerBinaries.get(name.replace('-', '_')));
        if (found != null) {
            return Optional.of(found);
        }
        return providerId.equals("claude") ? claudeBinary : Optional.empty();
    }
}
