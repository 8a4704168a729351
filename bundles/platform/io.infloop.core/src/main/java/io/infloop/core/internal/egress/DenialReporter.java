package io.infloop.core.internal.egress;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts denials and writes them to log and audit, on a thread of its own because the audit writes a file. */
final class DenialReporter implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(DenialReporter.class);
    private static final int MAX_WAITING = 4_096;

    private final AuditLog audit;
    private final AtomicLong count = new AtomicLong();
    private final ExecutorService thread;

    DenialReporter(AuditLog audit) {
        this.audit = audit;
        ThreadPoolExecutor single =
                new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MAX_WAITING), task -> {
                    Thread created = new Thread(task, "infloop egress audit");
                    created.setDaemon(true);
                    return created;
                });
        single.allowCoreThreadTimeOut(true);
        this.thread = single;
    }

    long count() {
        return count.get();
    }

    /** @param reported run when the line is in the file, on any thread */
    void report(
            EgressOwner owner, DenialBudget budget, EgressDenial denial, EgressListener listener, Runnable reported) {
        count.incrementAndGet();
        try {
            thread.execute(() -> {
                try {
                    write(owner, budget, denial);
                    listener.denied(denial);
                } catch (RuntimeException defect) {
                    LOGGER.error("a denial could not be reported", defect);
                } finally {
                    reported.run();
                }
            });
        } catch (RejectedExecutionException busy) {
            budget.leftOut();
            reported.run();
        }
    }

    /** Says how many lines were left out since the last one. */
    void finish(EgressOwner owner, DenialBudget budget) {
        try {
            thread.execute(() -> {
                long suppressed = budget.takeLeftOut();
                if (suppressed > 0) {
                    audit.append(event(owner).with("reason", "too-many").with("suppressed", suppressed));
                }
            });
        } catch (RejectedExecutionException closed) {
            LOGGER.debug("denials left out of the audit are not summed up: the server stops");
        }
    }

    private void write(EgressOwner owner, DenialBudget budget, EgressDenial denial) {
        if (!budget.take()) {
            return;
        }
        long suppressed = budget.takeLeftOut();
        LOGGER.warn(
                "egress denied for {}{}: {}",
                owner.pluginId(),
                owner.runId().map(run -> " in run " + run).orElse(""),
                denial.sentence());
        audit.append(event(owner)
                .with("host", denial.target().isEmpty() ? null : denial.target())
                .with("reason", denial.reason())
                .with("httpStatus", denial.status())
                .with("suppressed", suppressed == 0 ? null : suppressed));
    }

    private static AuditEvent.Builder event(EgressOwner owner) {
        return AuditEvent.of("egress.denied", Actor.SYSTEM)
                .outcome(AuditEvent.Outcome.DENIED)
                .with("correlationId", owner.correlationId())
                .with("runId", owner.runId())
                .with("nodePath", owner.nodePath())
                .with("pluginId", owner.pluginId());
    }

    @Override
    public void close() {
        thread.shutdown();
        try {
            thread.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException leave) {
            Thread.currentThread().interrupt();
        }
    }
}
