package io.infloop.testkit.spi;

import io.infloop.spi.journal.NodeJournal;
import io.infloop.spi.json.JsonObject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** Keeps everything a node says. */
public final class RecordingJournal implements NodeJournal {
    /** Which method was called. */
    public enum Kind {
        STDOUT,
        STDERR,
        NOTICE,
        EVENT
    }

    /**
     * One call.
     *
     * @param text the chunk or line; for an event its type
     * @param fields of an event, empty otherwise
     */
    public record Entry(Kind kind, String text, JsonObject fields) {}

    private final List<Entry> entries = new CopyOnWriteArrayList<>();

    @Override
    public void stdout(String chunk) {
        entries.add(new Entry(Kind.STDOUT, chunk, JsonObject.EMPTY));
    }

    @Override
    public void stderr(String chunk) {
        entries.add(new Entry(Kind.STDERR, chunk, JsonObject.EMPTY));
    }

    @Override
    public void notice(String line) {
        entries.add(new Entry(Kind.NOTICE, line, JsonObject.EMPTY));
    }

    @Override
    public void event(String type, JsonObject fields) {
        entries.add(new Entry(Kind.EVENT, type, fields));
    }

    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    /** Everything sent to {@link #stdout}, joined. */
    public String stdoutText() {
        return joined(Kind.STDOUT);
    }

    /** Everything sent to {@link #stderr}, joined. */
    public String stderrText() {
        return joined(Kind.STDERR);
    }

    public List<String> notices() {
        return entries.stream()
                .filter(entry -> entry.kind() == Kind.NOTICE)
                .map(Entry::text)
                .toList();
    }

    private String joined(Kind kind) {
        return entries.stream()
                .filter(entry -> entry.kind() == kind)
                .map(Entry::text)
                .collect(Collectors.joining());
    }
}
