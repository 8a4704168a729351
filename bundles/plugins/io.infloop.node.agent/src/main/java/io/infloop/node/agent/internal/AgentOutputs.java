package io.infloop.node.agent.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeOutcome;
import io.infloop.spi.provider.AgentResult;
import io.infloop.spi.workspace.Worktree;
import java.time.Duration;
import java.util.Optional;

/** Turns the end of an agent run into the outcome of the node. */
final class AgentOutputs {
    private static final int STDERR_TAIL_LENGTH = 500;

    private AgentOutputs() {}

    static NodeOutcome outcome(AgentResult result, Duration timeout, Optional<Worktree> worktree)
            throws InterruptedException {
        JsonObject.Builder outputs = JsonObject.builder()
                .put("text", result.text())
                .put("stdout", result.transcript().isEmpty() ? result.text() : result.transcript())
                .put("stderr", result.stderr())
                .put(
                        "exitCode",
                        result.exitCode().isPresent() ? result.exitCode().getAsInt() : null)
                .put("durationMs", result.duration().toMillis())
                .put("timedOut", result.timedOut());
        result.usage().costUsd().ifPresent(cost -> outputs.put("costUsd", cost));
        outputs.putIfPresent("sessionId", result.sessionId());
        if (!result.permissionDenials().isEmpty()) {
            outputs.put("permissionDenials", result.permissionDenials());
        }
        if (worktree.isPresent()) {
            outputs.put("worktreePath", worktree.get().root().toString())
                    .put("worktreeBranch", worktree.get().branch())
                    .put("worktreeBase", worktree.get().baseCommit())
                    .putIfPresent("worktreeChanges", worktree.get().changes());
        }
        if (result.isSuccess()) {
            return NodeOutcome.next(outputs.build());
        }
        return NodeOutcome.error(
                outputs.put("errorMessage", reason(result, timeout)).build());
    }

    private static String reason(AgentResult result, Duration timeout) {
        String reason = result.failure().orElseGet(() -> "timed out after " + timeout.toMillis() + "ms");
        String stderr = result.stderr().strip();
        if (stderr.isEmpty() || reason.contains(stderr)) {
            return reason;
        }
        int begin = Math.max(0, stderr.length() - STDERR_TAIL_LENGTH);
        if (begin > 0 && Character.isLowSurrogate(stderr.charAt(begin))) {
            begin++;
        }
        return reason + "; stderr: " + (begin > 0 ? "…" : "") + stderr.substring(begin);
    }
}
