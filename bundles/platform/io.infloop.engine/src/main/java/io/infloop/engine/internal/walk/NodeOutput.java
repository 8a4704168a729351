package io.infloop.engine.internal.walk;

import io.infloop.engine.internal.state.Bounds;
import io.infloop.engine.internal.state.RunEvents;
import io.infloop.spi.journal.NodeJournal;
import io.infloop.spi.json.JsonObject;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Turns what one node execution says into events, up to a bound. Thread-safe. */
final class NodeOutput implements NodeJournal {
    static final long MAX_BYTES = 8L * 1024 * 1024;
    private static final int MAX_CHUNK = 256 * 1024;
    private static final Pattern TYPE =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,99}(\\.[A-Za-z0-9_-]{1,100}){1,10}");

    private final RunEvents events;
    private final String nodePath;
    private final OptionalInt iteration;
    private final long maxBytes;
    private long written;
    private boolean closed;

    NodeOutput(RunEvents events, String nodePath, OptionalInt iteration, long maxBytes) {
        this.events = events;
        this.nodePath = nodePath;
        this.iteration = iteration;
        this.maxBytes = maxBytes;
    }

    @Override
    public void stdout(String chunk) {
        line("stdout_chunk", chunk);
    }

    @Override
    public void stderr(String chunk) {
        line("stderr_chunk", chunk);
    }

    @Override
    public void notice(String line) {
        line("notice", line);
    }

    private void line(String type, String text) {
        if (!text.isEmpty()) {
            emit(type, fields().put("line", Bounds.text(text, MAX_CHUNK)), text.length());
        }
    }

    @Override
    public void event(String type, JsonObject fields) {
        if (!TYPE.matcher(type).matches()) {
            throw new IllegalArgumentException("an event of a plugin is named <plugin id>.<event>, e.g. acme.uploaded");
        }
        JsonObject bounded = Bounds.object(fields, MAX_CHUNK);
        emit(type, fields().put("data", bounded), bounded.toString().length());
    }

    private JsonObject.Builder fields() {
        JsonObject.Builder fields = JsonObject.builder().put("nodeId", nodePath);
        iteration.ifPresent(number -> fields.put("loopIteration", number));
        return fields;
    }

    private synchronized void emit(String type, JsonObject.Builder fields, int size) {
        if (closed || written > maxBytes) {
            return;
        }
        written += Math.min(size, MAX_CHUNK);
        if (written > maxBytes) {
            events.emitOutput(
                    "truncated",
                    fields().put("limitBytes", maxBytes)
                            .put("message", "this node has written too much; its further output is left out")
                            .build());
        } else {
            events.emitOutput(type, fields.build());
        }
    }

    /** From here on nothing is taken. */
    synchronized void close() {
        closed = true;
    }
}
