package io.infloop.core.internal.settings;

import io.infloop.core.internal.Refusal;
import io.infloop.core.internal.process.EnvPatterns;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** Turns the environment that was handed over into settings. */
public final class SettingsReader {
    private static final long DAY_MILLIS = 86_400_000L;

    /**
     * What came of it.
     *
     * @param warnings one sentence each, for the log
     */
    public record Result(ServerSettings settings, List<String> warnings) {}

    private final Map<String, String> environment;
    private final Function<String, String> properties;
    private final EnvironmentValues values;

    private SettingsReader(Map<String, String> environment, Function<String, String> properties) {
        this.environment = environment;
        this.properties = properties;
        this.values = new EnvironmentValues(environment);
    }

    /**
     * @param properties the framework's, which locate home and data; {@code null} for one that is not set
     * @throws Refusal if a setting that matters to security cannot be honoured
     */
    public static Result read(Map<String, String> environment, Function<String, String> properties) {
        return new SettingsReader(environment, properties).read();
    }

    private Result read() {
        refuseWhatThisVersionLacks();
        ServerSettings settings = settings();
        warnAboutUnknown();
        return new Result(settings, List.copyOf(values.warnings()));
    }

    private ServerSettings settings() {
        Path data = located("infloop.data")
                .orElseGet(() -> values.directory("INFLOOP_DATA_DIR", Path.of(values.home(), ".infinite-loop")));
        Path home = located("infloop.home").orElseGet(() -> Path.of("").toAbsolutePath());
        return new ServerSettings(
                data,
                home,
                values.directory("INFLOOP_WORKFLOWS_DIR", data.resolve("workflows")),
                values.directory("INFLOOP_LIBRARY_DIR", home.resolve("library")),
                values.directory("INFLOOP_TRIGGERS_DIR", data.resolve("triggers")),
                values.directory("INFLOOP_CONNECTIONS_DIR", data.resolve("connections")),
                values.directory("INFLOOP_RUNS_DIR", data.resolve("runs")),
                values.directory("INFLOOP_PLUGINS_DIR", data.resolve("plugins")),
                values.directory("INFLOOP_PROVIDERS_DIR", data.resolve("providers")),
                values.directory("INFLOOP_WEBHOOK_PLUGINS_DIR", data.resolve("webhook-plugins")),
                values.text("HOST").orElse("127.0.0.1"),
                (int) values.integer("PORT", 3000, 0, 65_535),
                workspaceRoots(),
                (int) values.integer("INFLOOP_MAX_CONCURRENT_RUNS", 4, 1, 256),
                (int) values.integer("INFLOOP_QUEUE_MAX", 10_000, 1, 10_000_000),
                (int) values.integer("INFLOOP_WEBHOOK_RATE_LIMIT", 120, 0, 10_000_000),
                (int) values.integer("INFLOOP_LOGIN_RATE_LIMIT", 20, 0, 10_000_000),
                values.integer("INFLOOP_MAX_RUN_NODE_EXECUTIONS", 10_000, 0, Long.MAX_VALUE),
                Duration.ofMillis(values.milliseconds("INFLOOP_MAX_RUN_DURATION_MS", DAY_MILLIS)),
                values.ceiling("INFLOOP_MAX_RUN_COST_USD"),
                values.ceiling("INFLOOP_MAX_TOTAL_COST_USD"),
                (int) values.integer("INFLOOP_RUN_HISTORY_LIMIT", 100, 1, 1_000_000),
                values.integer("INFLOOP_AUDIT_MAX_BYTES", 10L * 1024 * 1024, 4096, 1L << 40),
                (int) values.integer("INFLOOP_AUDIT_MAX_FILES", 10, 1, 10_000),
                Duration.ofMillis(values.milliseconds("INFLOOP_PLUGIN_GRACE", 600_000)),
                values.text("INFLOOP_PYTHON_BIN").orElse("python3"),
                values.text("INFLOOP_BUN_BIN").orElse("bun"),
                providerBinaries(),
                values.text("INFLOOP_CLAUDE_BIN"),
                childPassthrough(),
                allowInsecure());
    }

    private Optional<Path> located(String property) {
        return Optional.ofNullable(properties.apply(property))
                .filter(value -> !value.isBlank())
                .map(value -> values.path(property, value));
    }

    /** No fallback here: unrestricted is what an empty list means. */
    private List<Path> workspaceRoots() {
        List<Path> roots = new ArrayList<>();
        Optional<String> text = values.text("WORKSPACE_ROOTS");
        if (text.isEmpty()) {
            return roots;
        }
        for (String part : text.get().split(",", -1)) {
            String name = part.strip();
            if (name.isEmpty()) {
                continue;
            }
            Path root = name.startsWith("/") || name.equals("~") || name.startsWith("~/")
                    ? values.path("WORKSPACE_ROOTS", name)
                    : null;
            if (root == null || !Files.isDirectory(root)) {
                throw new Refusal(
                        "invalid-setting",
                        "WORKSPACE_ROOTS names " + name + ", which is not an existing directory with an absolute path;"
                                + " create it or take it out");
            }
            roots.add(root);
        }
        if (roots.isEmpty()) {
            throw new Refusal(
                    "invalid-setting",
                    "WORKSPACE_ROOTS names no directory; unset it to allow every directory, or name some");
        }
        return roots;
    }

    private Map<String, String> providerBinaries() {
        Map<String, String> binaries = new TreeMap<>();
        environment.forEach((name, value) -> {
            if (name.startsWith(KnownVariables.PROVIDER_BINARY_PREFIX) && !value.isBlank()) {
                binaries.put(name.substring(KnownVariables.PROVIDER_BINARY_PREFIX.length()), value.strip());
            }
        });
        return binaries;
    }

    private List<String> childPassthrough() {
        List<String> patterns = new ArrayList<>();
        for (String part :
                environment.getOrDefault("INFLOOP_CHILD_ENV_PASSTHROUGH", "").split(",", -1)) {
            String pattern = part.strip();
            if (pattern.isEmpty()) {
                continue;
            }
            EnvPatterns.problem(pattern).ifPresent(problem -> {
                throw new Refusal("invalid-setting", "INFLOOP_CHILD_ENV_PASSTHROUGH: " + problem);
            });
            if (EnvPatterns.isReserved(pattern)) {
                values.warn("INFLOOP_CHILD_ENV_PASSTHROUGH names " + pattern
                        + ", but variables that begin with INFLOOP_ never reach a child");
            }
            patterns.add(pattern);
        }
        return patterns;
    }

    private boolean allowInsecure() {
        Optional<String> text = values.text("INFLOOP_ALLOW_INSECURE");
        if (text.isPresent() && !text.get().equals("1") && !text.get().equals("0")) {
            values.warn("INFLOOP_ALLOW_INSECURE has an effect only when it is 1; ignored");
        }
        return text.filter("1"::equals).isPresent();
    }

    /** An operator who asks for a protection must not get a server without it. */
    private void refuseWhatThisVersionLacks() {
        refuseUnless("INFLOOP_EGRESS_ENFORCE", List.of("0"), "egress enforcement");
        refuseUnless("INFLOOP_SANDBOX", List.of("off"), "isolation of children");
        refuseUnless("INFLOOP_SANDBOX_REQUIRED", List.of("off"), "isolation of children");
        refuseUnless("INFLOOP_STRICT", List.of("0"), "the strict self-check");
        refuseUnless("INFLOOP_AUDIT_KEY_FILE", List.of(), "the keyed audit chain");
    }

    private void refuseUnless(String name, List<String> harmless, String protection) {
        Optional<String> text = values.text(name);
        if (text.isPresent() && !harmless.contains(text.get())) {
            throw new Refusal(
                    "not-available",
                    name + " asks for " + protection + ", which this version does not have; unset it to start without,"
                            + " or use a version that has it");
        }
    }

    private void warnAboutUnknown() {
        environment.keySet().stream()
                .filter(name -> name.startsWith("INFLOOP_") && !KnownVariables.isKnown(name))
                .sorted()
                .limit(50)
                .forEach(name -> values.warn(name + " is not a setting; ignored"
                        + KnownVariables.nearest(name)
                                .map(nearest -> " (did you mean " + nearest + "?)")
                                .orElse("")));
    }
}
