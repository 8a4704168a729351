package io.infloop.core.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The server's settings. Read at start from the variables that the launcher handed over; a setting that makes no sense falls back
 * to its default with a warning, except where that would weaken security: then the server does not start. Immutable, an OSGi
 * service of core. The API token is not among them.
 */
public interface Settings {
    /** {@code INFLOOP_DATA_DIR}, default {@code ~/.infinite-loop}; absolute. */
    Path dataDirectory();

    /** The unpacked distribution; read-only. */
    Path homeDirectory();

    /** {@code INFLOOP_WORKFLOWS_DIR}. */
    Path workflowsDirectory();

    /** {@code INFLOOP_LIBRARY_DIR}: read-only presets, default {@code <home>/library}; need not exist. */
    Path libraryDirectory();

    /** {@code INFLOOP_TRIGGERS_DIR}. */
    Path triggersDirectory();

    /** {@code INFLOOP_CONNECTIONS_DIR}. */
    Path connectionsDirectory();

    /** {@code INFLOOP_RUNS_DIR}. */
    Path runsDirectory();

    /** {@code INFLOOP_PLUGINS_DIR}, default {@code <data>/plugins}. */
    Path pluginsDirectory();

    /** {@code INFLOOP_PROVIDERS_DIR}, default {@code <data>/providers}. */
    Path providersDirectory();

    /** {@code INFLOOP_WEBHOOK_PLUGINS_DIR}, default {@code <data>/webhook-plugins}. */
    Path webhookPluginsDirectory();

    /** {@code HOST}, default {@code 127.0.0.1}. */
    String host();

    /** {@code PORT}, default 3000; 0 for any free port. */
    int port();

    /** {@code WORKSPACE_ROOTS}: directories separated by commas; empty for no restriction. */
    List<Path> workspaceRoots();

    /** {@code INFLOOP_MAX_CONCURRENT_RUNS}, default 4. */
    int maxConcurrentRuns();

    /** {@code INFLOOP_QUEUE_MAX}: waiting items, default 10,000. */
    int queueMax();

    /** How much of deliveries and queue is kept. */
    DeliverySettings deliveries();

    /** {@code INFLOOP_WEBHOOK_RATE_LIMIT}: requests per minute and trigger, default 120; 0 for no limit. */
    int webhookRateLimit();

    /** {@code INFLOOP_LOGIN_RATE_LIMIT}: login attempts per minute, default 20; 0 for no limit. */
    int loginRateLimit();

    /** {@code INFLOOP_MAX_RUN_NODE_EXECUTIONS}, default 10,000; 0 for no limit. */
    long maxRunNodeExecutions();

    /** {@code INFLOOP_MAX_RUN_DURATION_MS}, default 24 h; zero for no limit. */
    Duration maxRunDuration();

    /** {@code INFLOOP_MAX_RUN_COST_USD}; 0 for no limit. */
    double maxRunCostUsd();

    /** {@code INFLOOP_MAX_TOTAL_COST_USD}; 0 for no limit. */
    double maxTotalCostUsd();

    /** {@code INFLOOP_RUN_HISTORY_LIMIT}: finished runs kept per workflow, default 100. */
    int runHistoryLimit();

    /** {@code INFLOOP_AUDIT_MAX_BYTES}, default 10 MiB. */
    long auditMaxBytes();

    /** {@code INFLOOP_AUDIT_MAX_FILES}: rotated files kept, default 10. */
    int auditMaxFiles();

    /** {@code INFLOOP_PLUGIN_GRACE}: how long a replaced plugin may finish its calls, default 10 min. */
    Duration pluginGrace();

    /** The program for {@code python} ({@code INFLOOP_PYTHON_BIN}) or {@code bun} ({@code INFLOOP_BUN_BIN}) scripts. */
    String interpreter(String name);

    /**
     * {@code INFLOOP_PROVIDER_BIN_<ID>}, the id in upper case, dashes also as underscores; for {@code claude} also {@code
     * INFLOOP_CLAUDE_BIN}.
     */
    Optional<String> providerBinary(String providerId);
}
