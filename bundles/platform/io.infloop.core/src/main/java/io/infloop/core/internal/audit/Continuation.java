package io.infloop.core.internal.audit;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a chain goes on, decided from what is at the end of the log, what the head says and what this server wrote itself. A log that
 * ends before what is known to have been in it is not quietly continued: its numbers stay missing, and a line says so.
 *
 * @param link what the next line refers to
 * @param notices lines to write first
 * @param headNeeded whether a head has to be written before them
 */
record Continuation(Link link, List<AuditEvent> notices, boolean headNeeded) {
    /**
     * @param known the newest line that this server wrote, {@link Link#START} at first
     * @param mayBegin whether a log without a head may be a new one
     */
    static Continuation of(ChainTail.Found tail, HeadFile.Found head, Link known, boolean mayBegin) {
        boolean headless = !(head instanceof HeadFile.Found.Head);
        Link remembered =
                head instanceof HeadFile.Found.Head present && present.link().seq() > known.seq()
                        ? present.link()
                        : known;
        if (tail instanceof ChainTail.Found.Chained chained) {
            return afterChained(chained.link(), remembered, head);
        }
        if (tail instanceof ChainTail.Found.Legacy legacy) {
            boolean unwritten = (known.seq() == 0 && mayBegin && head instanceof HeadFile.Found.Absent)
                    || remembered.equals(legacy.link());
            if (unwritten) {
                return new Continuation(legacy.link(), List.of(adopted(legacy.link())), headless);
            }
            return broken(legacy.link().seq(), remembered, headless);
        }
        if (tail instanceof ChainTail.Found.Foreign foreign) {
            return broken(foreign.seq(), remembered, headless);
        }
        if (remembered.seq() == 0 && !(head instanceof HeadFile.Found.Foreign)) {
            // A head is written right after the key: a key alone is what somebody left who removed the rest.
            return new Continuation(Link.START, headless && !mayBegin ? List.of(headMissing()) : List.of(), headless);
        }
        return broken(0, remembered, headless);
    }

    private static Continuation afterChained(Link last, Link remembered, HeadFile.Found head) {
        List<AuditEvent> notices = new ArrayList<>();
        boolean headless = !(head instanceof HeadFile.Found.Head);
        Link link = last;
        if (remembered.seq() > last.seq()) {
            notices.add(cut(last.seq() + 1, remembered.seq()));
            link = remembered;
        }
        if (headless) {
            notices.add(headMissing());
        }
        return new Continuation(link, notices, headless);
    }

    /** Nothing at the end of the log is ours. */
    private static Continuation broken(long lastSeq, Link remembered, boolean headless) {
        boolean restarting = remembered.mac().isEmpty();
        if (!restarting) {
            return new Continuation(remembered, List.of(cut(0, remembered.seq())), headless);
        }
        AuditEvent restarted = AuditEvent.of("audit.chain_started", Actor.SYSTEM)
                .outcome(AuditEvent.Outcome.ERROR)
                .with(
                        "reason",
                        "no line or head before this one is sealed with this key: the key is another one, or they were changed")
                .build();
        return new Continuation(new Link(Math.max(lastSeq, remembered.seq()), ""), List.of(restarted), true);
    }

    private static AuditEvent headMissing() {
        return AuditEvent.of("audit.head_missing", Actor.SYSTEM)
                .outcome(AuditEvent.Outcome.ERROR)
                .with(
                        "reason",
                        "head.json was missing or not sealed with this key: lines may be missing before this one")
                .build();
    }

    private static AuditEvent adopted(Link last) {
        return AuditEvent.of("audit.chain_started", Actor.SYSTEM)
                .with("reason", "the lines before this one were written by a version that did not seal them")
                .with("legacyThrough", last.seq())
                .build();
    }

    private static AuditEvent cut(long from, long through) {
        AuditEvent.Builder line = AuditEvent.of("audit.cut", Actor.SYSTEM)
                .outcome(AuditEvent.Outcome.ERROR)
                .with("reason", "lines that were in the log are missing from its end");
        return (from == 0 ? line : line.with("from", from))
                .with("through", through)
                .build();
    }
}
