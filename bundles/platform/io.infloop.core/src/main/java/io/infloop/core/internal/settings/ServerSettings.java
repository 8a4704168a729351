package io.infloop.core.internal.settings;

import io.infloop.core.net.AddressBlock;
import io.infloop.core.settings.DeliverySettings;
import io.infloop.core.settings.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The settings as read. Never holds the token. */
public final class ServerSettings implements Settings {
    private final Map<Setting<?>, Object> values;
    private final Map<Setting<?>, SettingOrigin> origins;
    private final Path homeDirectory;

    /** @param values one for each setting of the catalogue */
    ServerSettings(Map<Setting<?>, Object> values, Map<Setting<?>, SettingOrigin> origins, Path homeDirectory) {
        this.values = Map.copyOf(values);
        this.origins = Map.copyOf(origins);
        this.homeDirectory = homeDirectory;
    }

    /** The value of any setting. */
    @SuppressWarnings("unchecked")
    <T> T get(Setting<T> setting) {
        Object value = values.get(setting);
        if (value == null) {
            throw new IllegalArgumentException(setting.name() + " is not in the catalogue of settings");
        }
        return (T) value;
    }

    SettingOrigin origin(Setting<?> setting) {
        return origins.getOrDefault(setting, SettingOrigin.DEFAULT);
    }

    /** Every setting with its value, in the order of the documentation. */
    public List<SettingReport> report() {
        return SettingCatalogue.ALL.stream().map(this::report).toList();
    }

    private <T> SettingReport report(Setting<T> setting) {
        T value = get(setting);
        return new SettingReport(
                setting.name(),
                setting.type().show(value),
                setting.standard().text(),
                origin(setting),
                setting.safety().map(Safety::safeValue),
                setting.safety().flatMap(safety -> safety.check().advice(value, this)));
    }

    /** What may be said of the token; the token itself is not here. */
    public TokenState token() {
        return get(SettingCatalogue.API_TOKEN);
    }

    public boolean allowInsecure() {
        return get(SettingCatalogue.ALLOW_INSECURE);
    }

    /** Whether a secret in the environment of a process above the server refuses the start. */
    public boolean strict() {
        return get(SettingCatalogue.STRICT);
    }

    /** Whose word counts for where requests come from. */
    public List<AddressBlock> trustedProxies() {
        return get(SettingCatalogue.TRUSTED_PROXIES);
    }

    /** Variables that every child gets beyond the base set. */
    public List<String> childPassthrough() {
        return get(SettingCatalogue.CHILD_ENV_PASSTHROUGH);
    }

    public EgressEnforcement egressEnforcement() {
        return get(SettingCatalogue.EGRESS_ENFORCE);
    }

    public Sandbox sandbox() {
        return get(SettingCatalogue.SANDBOX);
    }

    public SandboxRequired sandboxRequired() {
        return get(SettingCatalogue.SANDBOX_REQUIRED);
    }

    /** Who runs the children where they are another user's. */
    public String sandboxUser() {
        return get(SettingCatalogue.SANDBOX_USER);
    }

    public Path auditKeyFile() {
        return get(SettingCatalogue.AUDIT_KEY_FILE);
    }

    @Override
    public Path dataDirectory() {
        return get(SettingCatalogue.DATA_DIR);
    }

    @Override
    public Path homeDirectory() {
        return homeDirectory;
    }

    @Override
    public Path workflowsDirectory() {
        return get(SettingCatalogue.WORKFLOWS_DIR);
    }

    @Override
    public Path libraryDirectory() {
        return get(SettingCatalogue.LIBRARY_DIR);
    }

    @Override
    public Path triggersDirectory() {
        return get(SettingCatalogue.TRIGGERS_DIR);
    }

    @Override
    public Path connectionsDirectory() {
        return get(SettingCatalogue.CONNECTIONS_DIR);
    }

    @Override
    public Path runsDirectory() {
        return get(SettingCatalogue.RUNS_DIR);
    }

    @Override
    public Path pluginsDirectory() {
        return get(SettingCatalogue.PLUGINS_DIR);
    }

    @Override
    public Path providersDirectory() {
        return get(SettingCatalogue.PROVIDERS_DIR);
    }

    @Override
    public Path webhookPluginsDirectory() {
        return get(SettingCatalogue.WEBHOOK_PLUGINS_DIR);
    }

    @Override
    public String host() {
        return get(SettingCatalogue.HOST);
    }

    @Override
    public int port() {
        return integer(SettingCatalogue.PORT);
    }

    @Override
    public List<Path> workspaceRoots() {
        return get(SettingCatalogue.WORKSPACE_ROOTS);
    }

    @Override
    public int maxConcurrentRuns() {
        return integer(SettingCatalogue.MAX_CONCURRENT_RUNS);
    }

    @Override
    public int queueMax() {
        return integer(SettingCatalogue.QUEUE_MAX);
    }

    @Override
    public DeliverySettings deliveries() {
        return new DeliverySettings(
                get(SettingCatalogue.QUEUE_MAX_BYTES),
                Duration.ofHours(get(SettingCatalogue.DEDUP_HOURS)),
                Duration.ofDays(get(SettingCatalogue.DELIVERY_RETENTION_DAYS)),
                integer(SettingCatalogue.DELIVERY_RETENTION_MAX),
                get(SettingCatalogue.DELIVERY_RETENTION_MAX_BYTES),
                get(SettingCatalogue.KEEP_REJECTED_BODIES));
    }

    @Override
    public int webhookRateLimit() {
        return integer(SettingCatalogue.WEBHOOK_RATE_LIMIT);
    }

    @Override
    public int loginRateLimit() {
        return integer(SettingCatalogue.LOGIN_RATE_LIMIT);
    }

    @Override
    public long maxRunNodeExecutions() {
        return get(SettingCatalogue.MAX_RUN_NODE_EXECUTIONS);
    }

    @Override
    public Duration maxRunDuration() {
        return get(SettingCatalogue.MAX_RUN_DURATION_MS);
    }

    @Override
    public double maxRunCostUsd() {
        return get(SettingCatalogue.MAX_RUN_COST_USD);
    }

    @Override
    public double maxTotalCostUsd() {
        return get(SettingCatalogue.MAX_TOTAL_COST_USD);
    }

    @Override
    public int runHistoryLimit() {
        return integer(SettingCatalogue.RUN_HISTORY_LIMIT);
    }

    @Override
    public long auditMaxBytes() {
        return get(SettingCatalogue.AUDIT_MAX_BYTES);
    }

    @Override
    public int auditMaxFiles() {
        return integer(SettingCatalogue.AUDIT_MAX_FILES);
    }

    @Override
    public Duration pluginGrace() {
        return get(SettingCatalogue.PLUGIN_GRACE);
    }

    @Override
    public String interpreter(String name) {
        return switch (name) {
            case "python" -> get(SettingCatalogue.PYTHON_BIN);
            case "bun" -> get(SettingCatalogue.BUN_BIN);
            default -> throw new IllegalArgumentException("no interpreter is called " + name + "; known: python, bun");
        };
    }

    @Override
    public Optional<String> providerBinary(String providerId) {
        Map<String, String> programs = get(SettingCatalogue.PROVIDER_BIN);
        String name = providerId.toUpperCase(Locale.ROOT);
        String found = programs.getOrDefault(name, programs.get(name.replace('-', '_')));
        if (found != null) {
            return Optional.of(found);
        }
        return providerId.equals("claude") ? get(SettingCatalogue.CLAUDE_BIN) : Optional.empty();
    }

    private int integer(Setting<Long> setting) {
        return Math.toIntExact(get(setting));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ServerSettings that
                && values.equals(that.values)
                && homeDirectory.equals(that.homeDirectory);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return "ServerSettings" + report();
    }
}
