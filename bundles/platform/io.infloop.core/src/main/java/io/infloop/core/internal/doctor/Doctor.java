package io.infloop.core.internal.doctor;

import io.infloop.core.internal.Refusal;
import io.infloop.core.internal.http.Ports;
import io.infloop.core.internal.process.Executables;
import io.infloop.core.internal.process.Wrappers;
import io.infloop.core.internal.sandbox.SandboxReport;
import io.infloop.core.internal.settings.ApiToken;
import io.infloop.core.internal.settings.BindRule;
import io.infloop.core.internal.settings.ServerSettings;
import io.infloop.core.json.Jsons;
import io.infloop.core.posture.Posture;
import io.infloop.core.posture.PostureLine;
import io.infloop.spi.process.ProcessExit;
import io.infloop.spi.process.ProcessLauncher;
import io.infloop.spi.process.ProcessSpec;
import io.infloop.spi.process.SpawnException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The command {@code doctor}: what this machine offers and which posture the server would have. Leaves nothing behind. */
public final class Doctor implements Function<List<String>, String> {
    private static final Logger LOGGER = LoggerFactory.getLogger(Doctor.class);
    private static final List<String> TOOLS =
            List.of("setsid", "prlimit", "kill", "git", "python3", "bun", "node", "bwrap", "claude", "codex");
    /** Agents take seconds to say their version. */
    private static final List<String> SLOW_TOOLS = List.of("claude", "codex", "kill");

    private final ServerSettings settings;
    private final Optional<ApiToken> token;
    private final Posture posture;
    private final Wrappers wrappers;
    private final ProcessLauncher launcher;
    private final Supplier<SandboxReport> sandbox;
    private final String path;

    /** @param path where programs are looked up */
    public Doctor(
            ServerSettings settings,
            Optional<ApiToken> token,
            Posture posture,
            Wrappers wrappers,
            ProcessLauncher launcher,
            Supplier<SandboxReport> sandbox,
            String path) {
        this.settings = settings;
        this.token = token;
        this.posture = posture;
        this.wrappers = wrappers;
        this.launcher = launcher;
        this.sandbox = sandbox;
        this.path = path;
    }

    /** The report when the configuration is refused before anything else can be said. */
    public static String refused(Refusal refusal) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("exit", Refusal.EXIT_CODE);
        report.put("refusal", refusal.reason());
        report.put("message", refusal.getMessage());
        return text(report);
    }

    @Override
    public String apply(List<String> arguments) {
        if (!arguments.isEmpty()) {
            return text(Map.of("exit", 2, "message", "doctor takes no arguments"));
        }
        List<String> problems = new ArrayList<>();
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("posture", posture.lines().stream().map(PostureLine::toJson).toList());
        report.put("settings", posture.settings());
        report.put("java", java());
        report.put("sandbox", sandbox.get().toJson());
        report.put("tools", tools());
        report.put("ports", ports(problems));
        report.put("dataDirectory", dataDirectory(problems));
        report.put("warnings", posture.warnings());
        if (wrappers.setsid().isEmpty()) {
            problems.add("setsid was not found: no program can be started; install util-linux");
        }
        if (!sandbox.get().isMet()) {
            problems.add("INFLOOP_SANDBOX_REQUIRED cannot be met: "
                    + sandbox.get().obstacle(sandbox.get().required()));
        }
        Optional<String> refusal = bindRefusal();
        refusal.ifPresent(problems::add);
        report.put("problems", problems);
        Map<String, Object> ordered = new LinkedHashMap<>();
        ordered.put("exit", refusal.isPresent() ? Refusal.EXIT_CODE : problems.isEmpty() ? 0 : 1);
        ordered.putAll(report);
        return text(ordered);
    }

    private Optional<String> bindRefusal() {
        try {
            BindRule.isInsecure(settings.host(), token.isPresent(), settings.allowInsecure());
            return Optional.empty();
        } catch (Refusal refusal) {
            return Optional.of(refusal.text());
        }
    }

    private static Map<String, Object> java() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("version", Runtime.version().toString());
        members.put("vendor", System.getProperty("java.vendor", ""));
        members.put("home", System.getProperty("java.home", ""));
        return members;
    }

    private List<Map<String, Object>> tools() {
        List<Map<String, Object>> found = new ArrayList<>();
        for (String tool : TOOLS) {
            Map<String, Object> members = new LinkedHashMap<>();
            members.put("name", tool);
            Optional<Path> program = Executables.find(tool, path);
            members.put("found", program.isPresent());
            program.ifPresent(file -> {
                members.put("path", file.toString());
                if (!SLOW_TOOLS.contains(tool)) {
                    version(file).ifPresent(version -> members.put("version", version));
                }
            });
            found.add(members);
        }
        return found;
    }

    private Optional<String> version(Path program) {
        try {
            ProcessExit exit = launcher.run(ProcessSpec.builder(List.of(program.toString(), "--version"))
                    .timeout(Duration.ofSeconds(3))
                    .captureBytes(4096)
                    .workingDirectory(Path.of("/"))
                    .build());
            return exit.isSuccess() ? exit.stdout().text().lines().findFirst().map(String::strip) : Optional.empty();
        } catch (SpawnException notStarted) {
            return Optional.empty();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private Map<String, Object> ports(List<String> problems) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("wanted", settings.port());
        try {
            int last = settings.port() == 0 ? 0 : Math.min(65_535, settings.port() + Ports.WALK);
            for (int port = settings.port(); port <= last; port++) {
                if (Ports.probe(BindRule.bare(settings.host()), port).isPresent()) {
                    members.put("firstFree", port);
                    return members;
                }
            }
            problems.add("no port from " + settings.port() + " to " + last + " is free; set PORT");
        } catch (IOException unusable) {
            problems.add("HOST=" + settings.host() + " cannot be bound (" + unusable.getMessage()
                    + "); correct HOST or PORT");
        }
        return members;
    }

    private Map<String, Object> dataDirectory(List<String> problems) {
        Path data = settings.dataDirectory();
        Path existing = data;
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        boolean writable = existing != null && Files.isDirectory(existing) && acceptsFiles(existing);
        if (!writable) {
            problems.add("the data directory " + data + " cannot be written; name another with INFLOOP_DATA_DIR");
        }
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("path", data.toString());
        members.put("exists", Files.isDirectory(data));
        members.put("writable", writable);
        return members;
    }

    /** Rights alone do not tell: some file systems refuse what they allow. */
    private static boolean acceptsFiles(Path directory) {
        Path probe = null;
        try {
            probe = Files.createTempFile(directory, ".infloop-doctor-", ".tmp");
            return true;
        } catch (IOException | SecurityException refused) {
            return false;
        } finally {
            remove(probe);
        }
    }

    private static void remove(Path probe) {
        try {
            if (probe != null) {
                Files.deleteIfExists(probe);
            }
        } catch (IOException notRemoved) {
            LOGGER.warn("{} could not be removed: {}", probe, notRemoved.getMessage());
        }
    }

    private static String text(Map<String, Object> report) {
        return new String(Jsons.bytes(report), StandardCharsets.UTF_8);
    }
}
