package io.infloop.engine.internal.state;

import io.infloop.core.audit.Redactor;
import io.infloop.core.event.EventHub;
import io.infloop.engine.internal.journal.RunJournal;
import io.infloop.spi.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Numbers the events of a run and hands them, in one order, to its journal, to everybody who watches and to the run's own memory of
 * its last events. What programs print may hold secrets: these are taken out here, before anybody sees them. Never waits. Thread-safe.
 */
public final class RunEvents {
    /** Events kept for snapshots. */
    private static final int MAX_RECENT = 5_000;

    private static final long MAX_RECENT_BYTES = 8L * 1024 * 1024;
    /** Output of nodes in one journal. */
    private static final long MAX_OUTPUT_BYTES = 32L * 1024 * 1024;
    /** From this size on executions are noted without configurations and outputs. */
    private static final long MAX_JOURNAL_BYTES = 64L * 1024 * 1024;

    private static final List<String> STAMP = List.of("type", "runId", "seq", "ts", "correlationId");

    private record Kept(JsonObject event, int bytes) {}

    /**
     * The newest events in order.
     *
     * @param truncated whether there were more
     */
    public record Recent(List<JsonObject> events, boolean truncated) {}

    private final String runId;
    private final String correlationId;
    private final RunJournal journal;
    private final EventHub hub;
    private final Redactor redactor;
    private final Clock clock;
    private final Deque<Kept> recent = new ArrayDeque<>();
    private long recentBytes;
    private long journalBytes;
    private long seq;
    private long droppedLines;
    private boolean forgotten;
    private boolean outputCapped;
    private boolean closed;

    public RunEvents(
            String runId, String correlationId, RunJournal journal, EventHub hub, Redactor redactor, Clock clock) {
        this.runId = runId;
        this.correlationId = correlationId;
        this.journal = journal;
        this.hub = hub;
        this.redactor = redactor;
        this.clock = clock;
        journal.onFailure(reason -> notSaved(reason.getMessage()));
    }

    /** Without the secrets that programs may have printed; events are redacted anyway. */
    JsonObject redacted(JsonObject state) {
        return redactor.redact(state);
    }

    /** As {@link #redacted(JsonObject)}. */
    String redacted(String message) {
        return redactor.redact(message);
    }

    /** Something that happened in the walk. */
    public synchronized void emit(String type, JsonObject fields) {
        if (closed) {
            return;
        }
        JsonObject bounded = journalBytes > MAX_JOURNAL_BYTES ? withoutContent(fields) : fields;
        publish(type, bounded, true);
    }

    private static JsonObject withoutContent(JsonObject fields) {
        JsonObject.Builder reduced = fields.toBuilder();
        for (String name : List.of("outputs", "resolvedConfig")) {
            if (fields.has(name)) {
                reduced.put(name, JsonObject.of("truncated", true));
            }
        }
        return reduced.build();
    }

    /** Output of a node, which may be dropped when there is too much of it; the first time this is said. */
    public synchronized void emitOutput(String type, JsonObject fields) {
        if (closed || outputCapped) {
            return;
        }
        if (journalBytes > MAX_OUTPUT_BYTES) {
            outputCapped = true;
            publish(
                    "truncated",
                    JsonObject.builder()
                            .put("limitBytes", MAX_OUTPUT_BYTES)
                            .put("message", "this run has written too much; further output of its nodes is left out")
                            .build(),
                    true);
            return;
        }
        publish(type, fields, false);
    }

    /** The last event; later ones are ignored. */
    public synchronized void finish(String type, JsonObject fields) {
        if (!closed) {
            publish(type, fields, true);
            closed = true;
        }
    }

    private void publish(String type, JsonObject fields, boolean essential) {
        noteGap();
        JsonObject stamped =
                stamped().putAll(redactor.redact(withoutStamp(fields))).build();
        JsonObject event =
                JsonObject.builder().put("type", type).putAll(stamped).build();
        byte[] line = event.toString().getBytes(StandardCharsets.UTF_8);
        remember(event, line.length);
        if (journal.append(line, essential)) {
            journalBytes += line.length;
        } else {
            droppedLines++;
        }
        hub.publish(type, Optional.of(runId), stamped.asMap());
    }

    private JsonObject.Builder stamped() {
        return JsonObject.builder()
                .put("runId", runId)
                .put("seq", ++seq)
                .put("ts", clock.millis())
                .put("correlationId", correlationId);
    }

    /** Fields may stem from plugins; none of them takes the place of what identifies an event. */
    private static JsonObject withoutStamp(JsonObject fields) {
        return STAMP.stream().noneMatch(fields::has)
                ? fields
                : fields.toBuilder()
                        .remove("type")
                        .remove("runId")
                        .remove("seq")
                        .remove("ts")
                        .remove("correlationId")
                        .build();
    }

    /** Says in the journal, which alone has the gap, that lines are missing before the next one. */
    private void noteGap() {
        if (droppedLines == 0) {
            return;
        }
        byte[] gap = JsonObject.builder()
                .put("type", "truncated")
                .putAll(stamped()
                        .put("message", droppedLines + " events are missing here: the disk was too slow")
                        .build())
                .build()
                .toString()
                .getBytes(StandardCharsets.UTF_8);
        if (journal.append(gap, false)) {
            droppedLines = 0;
        } else {
            // Nobody has seen that number.
            seq--;
        }
    }

    private void remember(JsonObject event, int bytes) {
        recent.add(new Kept(event, bytes));
        recentBytes += bytes;
        while (recent.size() > MAX_RECENT || (recentBytes > MAX_RECENT_BYTES && recent.size() > 1)) {
            recentBytes -= recent.remove().bytes();
            forgotten = true;
        }
    }

    /** On the journal's thread. The journal is gone, so watchers only; also after the run has finished. */
    private synchronized void notSaved(String reason) {
        JsonObject stamped =
                stamped().put("message", "history not saved: " + reason).build();
        remember(JsonObject.builder().put("type", "error").putAll(stamped).build(), 200);
        hub.publish("error", Optional.of(runId), stamped.asMap());
    }

    /** The newest events that have room in so many bytes of JSON. */
    public synchronized Recent recent(long maxBytes) {
        Deque<JsonObject> events = new ArrayDeque<>();
        long bytes = 0;
        Iterator<Kept> newestFirst = recent.descendingIterator();
        while (newestFirst.hasNext()) {
            Kept kept = newestFirst.next();
            bytes += kept.bytes() + 1;
            if (bytes > maxBytes) {
                return new Recent(List.copyOf(events), true);
            }
            events.addFirst(kept.event());
        }
        return new Recent(List.copyOf(events), forgotten);
    }

    /** Does something that no event comes between. It must not wait. */
    <T> T atomically(Supplier<T> action) {
        synchronized (this) {
            return action.get();
        }
    }

    /** Takes nothing more into the journal. @return completes when it is written, exceptionally when it could not be */
    public CompletableFuture<Void> closeJournal() {
        return journal.close();
    }

    public synchronized long count() {
        return seq;
    }
}
