package io.infloop.core.internal.sandbox;

import io.infloop.core.internal.sandbox.SandboxReport.Trial;
import io.infloop.spi.process.SandboxDemand;
import io.infloop.spi.process.SandboxLevel;
import io.infloop.spi.process.SpawnException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Knows which levels this machine can do and chooses one for each child. Immutable: the choice is made once, at start. */
public final class SandboxLadder {
    private final SandboxReport report;
    private final Map<SandboxLevel, Confinement> confinements;

    private SandboxLadder(SandboxReport report, Map<SandboxLevel, Confinement> confinements) {
        this.report = report;
        this.confinements = new EnumMap<>(confinements);
        this.confinements.put(SandboxLevel.OFF, new PlainConfinement());
    }

    /**
     * Tests every level, strongest first. Takes some hundred milliseconds; at most some seconds.
     *
     * @param place a directory of this server for files that jails share; made if a jail is possible
     */
    public static SandboxLadder test(
            SandboxSettings settings, SandboxTools tools, ChildStarter starter, List<String> prefix, Path place)
            throws InterruptedException {
        SelfTest test = new SelfTest(settings, tools, starter, prefix, place);
        return of(settings, test.all());
    }

    /** For tests and for servers that ask for nothing: no level but {@link SandboxLevel#OFF}. */
    public static SandboxLadder off() {
        return of(SandboxSettings.off(), List.of());
    }

    static SandboxLadder of(SandboxSettings settings, List<SelfTest.Result> results) {
        Map<SandboxLevel, Confinement> confinements = new EnumMap<>(SandboxLevel.class);
        results.forEach(result -> result.confinement().ifPresent(it -> confinements.put(it.level(), it)));
        SandboxLevel wanted = settings.level().orElse(SandboxLevel.NAMESPACE).strongerOf(settings.required());
        // Not told otherwise, another user is not a substitute: ordinary programs would not find their files.
        boolean auto = settings.level().isEmpty() && settings.required() == SandboxLevel.OFF;
        SandboxLevel inForce = best(confinements, wanted)
                .filter(level -> !auto || level != SandboxLevel.USER)
                .filter(level -> level.isAtLeast(settings.required()))
                .or(() -> weakest(confinements, settings.required()))
                .or(() -> best(confinements, wanted).filter(level -> !auto))
                .orElse(SandboxLevel.OFF);
        List<Trial> trials = results.stream().map(SelfTest.Result::trial).toList();
        return new SandboxLadder(
                new SandboxReport(settings.level(), settings.required(), inForce, trials), confinements);
    }

    private static Optional<SandboxLevel> best(Map<SandboxLevel, Confinement> confinements, SandboxLevel wanted) {
        return confinements.keySet().stream()
                .filter(level -> level != SandboxLevel.OFF && wanted.isAtLeast(level))
                .reduce(SandboxLevel::strongerOf);
    }

    /** What is required may be out of reach while something stronger is not; empty if nothing is required. */
    private static Optional<SandboxLevel> weakest(Map<SandboxLevel, Confinement> confinements, SandboxLevel required) {
        return confinements.keySet().stream()
                .filter(level -> required != SandboxLevel.OFF && level.isAtLeast(required))
                .min(Comparator.naturalOrder());
    }

    public SandboxReport report() {
        return report;
    }

    /**
     * The confinement for a child.
     *
     * @param demand what provider and node ask for, added to what the operator wants
     * @throws SpawnException if what is required cannot be done here
     */
    public Confinement choose(SandboxDemand demand) throws SpawnException {
        SandboxLevel required = report.required().strongerOf(demand.required());
        SandboxLevel wanted = report.inForce().strongerOf(demand.wanted()).strongerOf(required);
        SandboxLevel level = best(confinements, wanted)
                .filter(best -> best.isAtLeast(required))
                .or(() -> weakest(confinements, required))
                .orElse(SandboxLevel.OFF)
                .strongerOf(report.inForce());
        if (!level.isAtLeast(required)) {
            throw SpawnException.refused("not started: the sandbox level " + required.id() + " is required, and this"
                    + " machine offers " + level.id() + " only (" + report.obstacle(required) + ")");
        }
        return confinements.get(level);
    }

    /** The level of a child with that demand; where it would not be started, the strongest that there is. */
    public SandboxLevel level(SandboxDemand demand) {
        try {
            return choose(demand).level();
        } catch (SpawnException refused) {
            return confinements.keySet().stream()
                    .reduce(SandboxLevel::strongerOf)
                    .orElse(SandboxLevel.OFF);
        }
    }

    /** The one that makes children another user's, if this machine can. */
    public Optional<UserConfinement> user() {
        return confinements.get(SandboxLevel.USER) instanceof UserConfinement user
                ? Optional.of(user)
                : Optional.empty();
    }

    /** The confinement for the server's own tools: never one that keeps them from the server's files. */
    public Confinement own() {
        boolean namespace =
                report.inForce().isAtLeast(SandboxLevel.NAMESPACE) && confinements.containsKey(SandboxLevel.NAMESPACE);
        return confinements.get(namespace ? SandboxLevel.NAMESPACE : SandboxLevel.OFF);
    }
}
