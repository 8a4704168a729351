package io.infloop.core.internal.posture;

import io.infloop.core.internal.audit.AuditState;
import io.infloop.core.internal.sandbox.SandboxReport;
import io.infloop.core.posture.PostureLine;
import io.infloop.core.posture.PostureSource;
import io.infloop.spi.process.SandboxLevel;
import java.util.List;
import java.util.function.Supplier;

/** How far the audit log can be relied on. */
public final class AuditPosture implements PostureSource {
    private final Supplier<AuditState> audit;
    private final Supplier<SandboxReport> sandbox;

    public AuditPosture(Supplier<AuditState> audit, Supplier<SandboxReport> sandbox) {
        this.audit = audit;
        this.sandbox = sandbox;
    }

    @Override
    public List<PostureLine> posture() {
        AuditState state = audit.get();
        return List.of(
                state.failure()
                        .map(failure -> PostureLine.weakened(
                                "audit log",
                                "cannot be written (" + state.writeErrors() + " lines lost since the start): "
                                        + failure,
                                "make room or make it writable; the next line will tell how many are missing"))
                        .orElseGet(() -> PostureLine.safe("audit log", "written, lines in a sealed chain")),
                sandbox.get().inForce() == SandboxLevel.OFF
                        ? PostureLine.weakened(
                                "audit key",
                                "programs that run here can read it and forge the chain",
                                "have programs kept apart from the data directory (INFLOOP_SANDBOX), and keep what"
                                        + " `audit checkpoint` prints elsewhere")
                        : PostureLine.safe("audit key", "programs that run here cannot read it"));
    }
}
