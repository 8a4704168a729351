package io.infloop.core.internal.posture;

import io.infloop.core.internal.process.Wrappers;
import io.infloop.core.internal.sandbox.SandboxReport;
import io.infloop.core.posture.PostureLine;
import io.infloop.core.posture.PostureSource;
import io.infloop.spi.process.SandboxLevel;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What holds for every child. */
public final class ChildrenPosture implements PostureSource {
    private final Wrappers wrappers;
    private final Supplier<SandboxReport> sandbox;

    /** @param sandbox what the self-test of the sandbox found */
    public ChildrenPosture(Wrappers wrappers, Supplier<SandboxReport> sandbox) {
        this.wrappers = wrappers;
        this.sandbox = sandbox;
    }

    @Override
    public List<PostureLine> posture() {
        return List.of(
                PostureLine.safe("environment of children", "built from an allow-list, without INFLOOP_*"),
                wrappers.setsid().isPresent() && wrappers.kill().isPresent()
                        ? PostureLine.safe("sessions of children", "own session each, stopped with their descendants")
                        : PostureLine.weakened(
                                "sessions of children",
                                "not available",
                                "install util-linux; no program is started without"),
                wrappers.prlimit().isPresent()
                        ? PostureLine.safe("core dumps of children", "off")
                        : PostureLine.weakened("core dumps of children", "as the system allows", "install util-linux"),
                isolation(sandbox.get()));
    }

    private static PostureLine isolation(SandboxReport report) {
        String value = report.inForce().id()
                + report.trial(report.inForce())
                        .map(trial -> ": " + trial.detail())
                        .orElse(": children run with this user's rights");
        Optional<String> stronger = report.whatWouldLiftIt();
        if (report.inForce().isAtLeast(SandboxLevel.NAMESPACE)) {
            return PostureLine.safe(
                    "isolation of children",
                    value + stronger.map(text -> " (" + text + ")").orElse(""));
        }
        return PostureLine.weakened(
                "isolation of children",
                value,
                stronger.orElse("run the server as a user of its own or in a container"));
    }
}
