package io.infloop.core.internal;

import io.infloop.core.internal.sandbox.SandboxReport;
import io.infloop.core.internal.sandbox.SandboxSettings;
import io.infloop.core.internal.settings.Sandbox;
import io.infloop.core.internal.settings.ServerSettings;
import io.infloop.spi.process.SandboxLevel;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the settings say about the isolation of children. */
final class SandboxChoice {
    private SandboxChoice() {}

    /** @param environment for the place of the token's file, which only the start script reads */
    static SandboxSettings of(ServerSettings settings, Map<String, String> environment) {
        return new SandboxSettings(
                wanted(settings.sandbox()),
                switch (settings.sandboxRequired()) {
                    case OFF -> SandboxLevel.OFF;
                    case USER -> SandboxLevel.USER;
                    case NAMESPACE -> SandboxLevel.NAMESPACE;
                    case JAIL -> SandboxLevel.JAIL;
                },
                settings.sandboxUser(),
                hidden(settings, environment));
    }

    private static Optional<SandboxLevel> wanted(Sandbox sandbox) {
        return switch (sandbox) {
            case AUTO -> Optional.empty();
            case JAIL -> Optional.of(SandboxLevel.JAIL);
            case NAMESPACE -> Optional.of(SandboxLevel.NAMESPACE);
            case USER -> Optional.of(SandboxLevel.USER);
            case OFF -> Optional.of(SandboxLevel.OFF);
        };
    }

    /** The data directory, and what holds secrets and was put elsewhere. */
    private static List<Path> hidden(ServerSettings settings, Map<String, String> environment) {
        Set<Path> hidden = new LinkedHashSet<>();
        hidden.add(settings.dataDirectory());
        hidden.add(settings.triggersDirectory());
        hidden.add(settings.connectionsDirectory());
        hidden.add(settings.auditKeyFile());
        Optional.ofNullable(environment.get("INFLOOP_API_TOKEN_FILE"))
                .map(String::strip)
                .filter(file -> file.startsWith("/"))
                .map(Path::of)
                .ifPresent(hidden::add);
        return hidden.stream()
                .filter(path -> path.equals(settings.dataDirectory()) || !path.startsWith(settings.dataDirectory()))
                .toList();
    }

    /** @throws Refusal if the machine does not give the isolation that the operator requires */
    static void check(SandboxReport report) {
        if (!report.isMet()) {
            throw new Refusal(
                    "sandbox-not-available",
                    "INFLOOP_SANDBOX_REQUIRED=" + report.required().id()
                            + " asks for an isolation of children that this machine does not give ("
                            + report.obstacle(report.required()) + "); lift that, or require less");
        }
    }
}
