package io.infloop.core.internal.settings;

import static io.infloop.core.internal.settings.SettingGroup.AUDIT;
import static io.infloop.core.internal.settings.SettingGroup.BUDGETS;
import static io.infloop.core.internal.settings.SettingGroup.CONTAINMENT;
import static io.infloop.core.internal.settings.SettingGroup.JVM;
import static io.infloop.core.internal.settings.SettingGroup.LIMITS;
import static io.infloop.core.internal.settings.SettingGroup.LISTENING;
import static io.infloop.core.internal.settings.SettingGroup.PLACES;
import static io.infloop.core.internal.settings.SettingGroup.PROGRAMS;

import io.infloop.core.net.AddressBlock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Every setting there is. A new one is declared here, and its value given a name in {@link ServerSettings}. */
public final class SettingCatalogue {
    private static final List<Setting<?>> DECLARED = new ArrayList<>();

    static final Setting<String> HOST = declare(Setting.of(
                    LISTENING,
                    "HOST",
                    SettingTypes.TEXT,
                    SettingDefault.of("127.0.0.1", "127.0.0.1"),
                    "Address to bind. Anything but loopback needs a token.")
            .judged(
                    "a loopback address, or any with a token",
                    (host, all) -> when(
                            !BindRule.isLoopback(host) && all.token() == TokenState.UNSET,
                            "unset HOST, or set INFLOOP_API_TOKEN: others can reach the port")));
    static final Setting<Long> PORT = declare(Setting.of(
            LISTENING,
            "PORT",
            SettingTypes.integer(0, 65_535),
            SettingDefault.number(3000),
            "First port to try; up to 20 further ones if it is taken. `0`: any free port."));
    static final Setting<TokenState> API_TOKEN = declare(Setting.of(
                    LISTENING,
                    ApiToken.VARIABLE,
                    new TokenType(),
                    SettingDefault.unset(TokenState.UNSET),
                    "The shared secret of the API, 1 to 4096 visible ASCII characters.")
            .judged("set, 16 characters or more; or unset on loopback", SettingCatalogue::adviceOnToken));
    static final Setting<Optional<String>> API_TOKEN_FILE = declare(Setting.of(
            LISTENING,
            "INFLOOP_API_TOKEN_FILE",
            SettingTypes.OPTIONAL_TEXT,
            SettingDefault.unset(Optional.empty()),
            "File to read the token from instead; read by the start script."));
    static final Setting<Optional<String>> API_TOKEN_FD = declare(Setting.of(
            LISTENING,
            "INFLOOP_API_TOKEN_FD",
            SettingTypes.OPTIONAL_TEXT,
            SettingDefault.unset(Optional.empty()),
            "Number of an open descriptor to read the token from instead, `0` (standard input) or `4` to `9`; read by the"
                    + " start script, and closed."));
    static final Setting<Boolean> ALLOW_INSECURE = declare(Setting.of(
                    LISTENING,
                    "INFLOOP_ALLOW_INSECURE",
                    SettingTypes.FLAG,
                    SettingDefault.of("0", false),
                    "`1`: bind a network address without a token, with a banner at every start.")
            .judged("0", (on, all) -> when(on, "unset it and set INFLOOP_API_TOKEN")));
    static final Setting<Boolean> STRICT = declare(Setting.of(
                    LISTENING,
                    "INFLOOP_STRICT",
                    SettingTypes.FLAG,
                    SettingDefault.of("0", false),
                    "`1`: refuse to start when a process above the server shows a secret in its environment; otherwise a"
                            + " warning says so.")
            .refusing());

    static final Setting<List<AddressBlock>> TRUSTED_PROXIES = declare(Setting.of(
                    LISTENING,
                    "INFLOOP_TRUSTED_PROXIES",
                    SettingTypes.NETWORKS,
                    SettingDefault.unset(List.of()),
                    "Reverse proxies whose `X-Forwarded-For` counts for allow-lists of triggers, audit and logs: its rightmost"
                            + " address that is not one of theirs. Unset: a request comes from its peer.")
            .refusing()
            .judged(
                    "unset, or your own proxies only",
                    (networks, all) -> when(
                            networks.stream()
                                    .anyMatch(network -> network.toString().endsWith("/0")),
                            "name your proxies only: like this everybody can claim any address")));

    static final Setting<Path> DATA_DIR = declare(Setting.of(
            PLACES,
            "INFLOOP_DATA_DIR",
            SettingTypes.PATH,
            new SettingDefault<>("~/.infinite-loop", SettingDefault.Locations::data),
            "Everything the server writes."));
    static final Setting<Path> WORKFLOWS_DIR = directory("INFLOOP_WORKFLOWS_DIR", "workflows", "Workflows.");
    static final Setting<Path> LIBRARY_DIR = declare(Setting.of(
            PLACES,
            "INFLOOP_LIBRARY_DIR",
            SettingTypes.PATH,
            new SettingDefault<>(
                    "<distribution>/library", locations -> locations.home().resolve("library")),
            "Read-only presets; need not exist."));
    static final Setting<Path> TRIGGERS_DIR =
            directory("INFLOOP_TRIGGERS_DIR", "triggers", "Triggers; secrets in them.");
    static final Setting<Path> CONNECTIONS_DIR =
            directory("INFLOOP_CONNECTIONS_DIR", "connections", "Connections to providers; secrets in them.");
    static final Setting<Path> RUNS_DIR = directory("INFLOOP_RUNS_DIR", "runs", "Journals of runs.");
    static final Setting<Path> PLUGINS_DIR =
            directory("INFLOOP_PLUGINS_DIR", "plugins", "Plugins: jars and manifests.");
    static final Setting<Path> PROVIDERS_DIR =
            directory("INFLOOP_PROVIDERS_DIR", "providers", "Manifests of providers.");
    static final Setting<Path> WEBHOOK_PLUGINS_DIR =
            directory("INFLOOP_WEBHOOK_PLUGINS_DIR", "webhook-plugins", "Manifests of webhook sources.");
    static final Setting<List<Path>> WORKSPACE_ROOTS = declare(Setting.of(
                    PLACES,
                    "WORKSPACE_ROOTS",
                    SettingTypes.DIRECTORIES,
                    SettingDefault.unset(List.of()),
                    "Directories in which agents, scripts and commands may start and which `/api/fs/list` shows; checked"
                            + " when a run asks for a directory and again when the program is started, with links followed."
                            + " Absolute or beginning with `~/`. Unset: every directory.")
            .refusing()
            .judged(
                    "the directories that are meant",
                    (roots, all) -> when(
                            roots.isEmpty(),
                            "name the directories in which agents may work; without it they may work everywhere")));

    static final Setting<Long> MAX_CONCURRENT_RUNS =
            number(LIMITS, "INFLOOP_MAX_CONCURRENT_RUNS", 4, 1, 256, "Runs at the same time, over all workflows.");
    static final Setting<Long> QUEUE_MAX = number(
            LIMITS,
            "INFLOOP_QUEUE_MAX",
            10_000,
            1,
            10_000_000,
            "Items that wait; beyond it webhooks get 503 with `Retry-After`.");
    static final Setting<Long> QUEUE_MAX_BYTES = number(
            LIMITS,
            "INFLOOP_QUEUE_MAX_BYTES",
            256L * 1024 * 1024,
            1024 * 1024,
            1L << 40,
            "Bytes of the items that wait and their bodies, as they are stored; beyond it webhooks get 503 as well.");
    static final Setting<Long> DEDUP_HOURS = number(
            LIMITS,
            "INFLOOP_DEDUP_HOURS",
            72,
            1,
            8_760,
            "How long a repeated delivery is recognized; never shorter than the time in which its signature is valid.");
    static final Setting<Long> DELIVERY_RETENTION_DAYS = number(
            LIMITS,
            "INFLOOP_DELIVERY_RETENTION_DAYS",
            7,
            1,
            3_650,
            "How long deliveries and items that could not start are kept.");
    static final Setting<Long> DELIVERY_RETENTION_MAX = number(
            LIMITS,
            "INFLOOP_DELIVERY_RETENTION_MAX",
            100_000,
            1,
            10_000_000,
            "Accepted deliveries kept; the oldest go first, but none that waits or runs. Of duplicate, filtered and rejected"
                    + " ones 10,000 each are kept besides.");
    static final Setting<Long> DELIVERY_RETENTION_MAX_BYTES = number(
            LIMITS,
            "INFLOOP_DELIVERY_RETENTION_MAX_BYTES",
            1L << 30,
            1024 * 1024,
            1L << 40,
            "Bytes of accepted deliveries kept, as they are stored.");
    static final Setting<Boolean> KEEP_REJECTED_BODIES = declare(Setting.of(
                    LIMITS,
                    "INFLOOP_KEEP_REJECTED_BODIES",
                    SettingTypes.FLAG,
                    SettingDefault.of("0", false),
                    "`1`: keep the first KB of the body of refused deliveries; otherwise only its length and SHA-256.")
            .judged("0", (on, all) -> when(on, "unset it when you have found what you were looking for")));
    static final Setting<Long> WEBHOOK_RATE_LIMIT = number(
            LIMITS,
            "INFLOOP_WEBHOOK_RATE_LIMIT",
            120,
            0,
            10_000_000,
            "Requests per minute to one webhook URL; `0` for no limit.");
    static final Setting<Long> LOGIN_RATE_LIMIT = number(
            LIMITS,
            "INFLOOP_LOGIN_RATE_LIMIT",
            20,
            0,
            10_000_000,
            "Attempts per minute at the login form, all senders together; `0` for no limit.");
    static final Setting<Long> RUN_HISTORY_LIMIT =
            number(LIMITS, "INFLOOP_RUN_HISTORY_LIMIT", 100, 1, 1_000_000, "Finished runs kept per workflow.");
    static final Setting<Duration> PLUGIN_GRACE = declare(Setting.of(
            LIMITS,
            "INFLOOP_PLUGIN_GRACE",
            SettingTypes.DURATION_TYPE,
            SettingDefault.of("600000 (10 min)", Duration.ofMinutes(10)),
            "How long a replaced plugin may finish its calls."));

    static final Setting<Long> MAX_RUN_NODE_EXECUTIONS = declare(Setting.of(
                    BUDGETS,
                    "INFLOOP_MAX_RUN_NODE_EXECUTIONS",
                    SettingTypes.integer(0, Long.MAX_VALUE),
                    SettingDefault.number(10_000),
                    "Steps of one run; `0` for no limit.")
            .judged("a limit", (steps, all) -> when(steps == 0, "set a limit: a loop without end costs without end")));
    static final Setting<Duration> MAX_RUN_DURATION_MS = declare(Setting.of(
                    BUDGETS,
                    "INFLOOP_MAX_RUN_DURATION_MS",
                    SettingTypes.DURATION_TYPE,
                    SettingDefault.of("86400000 (24 h)", Duration.ofDays(1)),
                    "Wall clock of one run, checked at each step; `0` for no limit.")
            .judged("a limit", (time, all) -> when(time.isZero(), "set a limit: a run that hangs stays for ever")));
    static final Setting<Double> MAX_RUN_COST_USD = declare(Setting.of(
                    BUDGETS,
                    "INFLOOP_MAX_RUN_COST_USD",
                    SettingTypes.DOLLARS,
                    SettingDefault.of("0", 0.0),
                    "Cost of one run, as its agents report; `0` for no limit.")
            .refusing());
    static final Setting<Double> MAX_TOTAL_COST_USD = declare(Setting.of(
                    BUDGETS,
                    "INFLOOP_MAX_TOTAL_COST_USD",
                    SettingTypes.DOLLARS,
                    SettingDefault.of("0", 0.0),
                    "Cost of all runs since the start; `0` for no limit.")
            .refusing()
            .judged("a limit", (cost, all) -> when(cost == 0, "set what all runs together may cost")));

    static final Setting<List<String>> CHILD_ENV_PASSTHROUGH = declare(
            Setting.of(
                            CONTAINMENT,
                            "INFLOOP_CHILD_ENV_PASSTHROUGH",
                            SettingTypes.ENV_PATTERNS,
                            SettingDefault.unset(List.of()),
                            "Variables that every child gets as well. `INFLOOP_…` never reaches one.")
                    .refusing()
                    .judged(
                            "unset",
                            (patterns, all) -> when(
                                    !patterns.isEmpty(),
                                    "every child gets these variables; prefer envPassthrough of the provider that needs them")));
    static final Setting<EgressEnforcement> EGRESS_ENFORCE = declare(Setting.of(
                    CONTAINMENT,
                    "INFLOOP_EGRESS_ENFORCE",
                    SettingTypes.choice(EgressEnforcement.class),
                    SettingDefault.of("0", EgressEnforcement.OFF),
                    "`1`: children of providers that declare an allow-list reach the network through a proxy that allows"
                            + " only those hosts. `strict`: a child without a list, scripts included, reaches nothing.")
            .refusing()
            .judged(
                    "1 or strict",
                    (enforcement, all) -> when(
                            enforcement == EgressEnforcement.OFF,
                            "set it to 1: until then children can reach every host")));
    static final Setting<Sandbox> SANDBOX = declare(Setting.of(
                    CONTAINMENT,
                    "INFLOOP_SANDBOX",
                    SettingTypes.choice(Sandbox.class),
                    SettingDefault.of("auto", Sandbox.AUTO),
                    "Isolation of children. `auto`: a pid namespace where the machine allows one, else without. What the machine"
                            + " does not allow is replaced by the next weaker level. Manifests and nodes can ask for more,"
                            + " never for less.")
            .refusing()
            .judged("auto, namespace or jail", (sandbox, all) -> when(sandbox == Sandbox.OFF, "unset it")));
    static final Setting<SandboxRequired> SANDBOX_REQUIRED = declare(Setting.of(
                    CONTAINMENT,
                    "INFLOOP_SANDBOX_REQUIRED",
                    SettingTypes.choice(SandboxRequired.class),
                    SettingDefault.of("off", SandboxRequired.OFF),
                    "Isolation below which nothing is run; the server does not start when the machine cannot give it.")
            .refusing());
    static final Setting<String> SANDBOX_USER = declare(Setting.of(
            CONTAINMENT,
            "INFLOOP_SANDBOX_USER",
            SettingTypes.TEXT,
            SettingDefault.of("infloop-agent", "infloop-agent"),
            "Who runs the children at level `user`, which needs a server that is root."));

    static final Setting<Long> AUDIT_MAX_BYTES = number(
            AUDIT,
            "INFLOOP_AUDIT_MAX_BYTES",
            10L * 1024 * 1024,
            4096,
            1L << 40,
            "Size in bytes at which the audit log is rotated.");
    static final Setting<Long> AUDIT_MAX_FILES =
            number(AUDIT, "INFLOOP_AUDIT_MAX_FILES", 10, 1, 10_000, "Rotated files kept.");
    static final Setting<Path> AUDIT_KEY_FILE = declare(Setting.of(
                    AUDIT,
                    "INFLOOP_AUDIT_KEY_FILE",
                    SettingTypes.PATH,
                    new SettingDefault<>(
                            "<data>/audit/key", locations -> locations.data().resolve("audit/key")),
                    "The key of the audit log's chain; made at the first start if it is the default.")
            .refusing());

    static final Setting<String> PYTHON_BIN = program("INFLOOP_PYTHON_BIN", "python3", "For script nodes.");
    static final Setting<String> BUN_BIN =
            program("INFLOOP_BUN_BIN", "bun", "For TypeScript in script nodes; this version runs Python only.");
    /** Values by the end of the variable's name. */
    static final Setting<Map<String, String>> PROVIDER_BIN = declare(Setting.of(
            PROGRAMS,
            "INFLOOP_PROVIDER_BIN_" + Setting.PLACEHOLDER,
            new ProgramsType(),
            SettingDefault.unset(Map.of()),
            "Program of a provider instead of the manifest's; the id in upper case, dashes also as underscores."));

    static final Setting<Optional<String>> CLAUDE_BIN = declare(Setting.of(
            PROGRAMS,
            "INFLOOP_CLAUDE_BIN",
            SettingTypes.OPTIONAL_TEXT,
            SettingDefault.unset(Optional.empty()),
            "The same for `claude`, of lower priority."));

    static final Setting<Optional<String>> JAVA = declare(Setting.of(
            JVM,
            "INFLOOP_JAVA",
            SettingTypes.OPTIONAL_TEXT,
            SettingDefault.unset(Optional.empty()),
            "The Java program to take; otherwise `JAVA_HOME`'s, or the newest that is found."));
    static final Setting<Optional<String>> JAVA_OPTS = declare(Setting.of(
            JVM,
            "INFLOOP_JAVA_OPTS",
            SettingTypes.HIDDEN_TEXT,
            SettingDefault.unset(Optional.empty()),
            "More options, e.g. `-Xmx2g` or `-Dinfloop.log.level=DEBUG`. Never a secret: everybody can read the command"
                    + " line."));
    static final Setting<Optional<String>> HOME = declare(Setting.of(
            JVM,
            "INFLOOP_HOME",
            SettingTypes.OPTIONAL_TEXT,
            SettingDefault.unset(Optional.empty()),
            "Set by the start script for the server; where the distribution is."));

    /** In the order of the documentation. */
    static final List<Setting<?>> ALL = List.copyOf(DECLARED);

    private SettingCatalogue() {}

    /** The setting that a variable of this name is. */
    static Optional<Setting<?>> find(String variable) {
        return ALL.stream().filter(setting -> setting.matches(variable)).findFirst();
    }

    private static <T> Setting<T> declare(Setting<T> setting) {
        DECLARED.add(setting);
        return setting;
    }

    private static Setting<Path> directory(String name, String underData, String meaning) {
        return declare(Setting.of(PLACES, name, SettingTypes.PATH, SettingDefault.underData(underData), meaning));
    }

    private static Setting<Long> number(
            SettingGroup group, String name, long standard, long smallest, long largest, String meaning) {
        return declare(Setting.of(
                group, name, SettingTypes.integer(smallest, largest), SettingDefault.number(standard), meaning));
    }

    private static Setting<String> program(String name, String standard, String meaning) {
        return declare(Setting.of(PROGRAMS, name, SettingTypes.TEXT, SettingDefault.of(standard, standard), meaning));
    }

    private static Optional<String> when(boolean weakened, String advice) {
        return weakened ? Optional.of(advice) : Optional.empty();
    }

    private static Optional<String> adviceOnToken(TokenState token, ServerSettings all) {
        return switch (token) {
            case SET -> Optional.empty();
            case SHORT -> Optional.of("use a longer one: openssl rand -hex 32");
            case UNSET -> when(!BindRule.isLoopback(all.host()), "set it: openssl rand -hex 32");
        };
    }

    /** Only what may be said of the token. */
    private static final class TokenType implements SettingType<TokenState> {
        @Override
        public String label() {
            return "text";
        }

        @Override
        public TokenState parse(String text, String userHome) {
            return text.length() < ApiToken.ADVISED_LENGTH ? TokenState.SHORT : TokenState.SET;
        }

        @Override
        public String show(TokenState value) {
            return switch (value) {
                case UNSET -> "unset";
                case SHORT -> "set, short";
                case SET -> "set";
            };
        }
    }

    /** Values of a setting with a prefix are collected by the reader. */
    private static final class ProgramsType implements SettingType<Map<String, String>> {
        @Override
        public String label() {
            return "program";
        }

        @Override
        public Map<String, String> parse(String text, String userHome) {
            throw new IllegalStateException("values of a prefix are not parsed one by one");
        }

        @Override
        public String show(Map<String, String> value) {
            return value.isEmpty() ? "unset" : value.toString();
        }
    }
}
