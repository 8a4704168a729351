package io.infloop.testkit.spi;

import io.infloop.spi.provider.AgentSink;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps everything an agent says. */
public final class RecordingSink implements AgentSink {
    private final List<String> text = new CopyOnWriteArrayList<>();
    private final List<String> transcript = new CopyOnWriteArrayList<>();
    private final List<String> stderr = new CopyOnWriteArrayList<>();
    private final List<String> notices = new CopyOnWriteArrayList<>();

    @Override
    public void text(String chunk) {
        text.add(chunk);
    }

    @Override
    public void transcript(String chunk) {
        transcript.add(chunk);
    }

    @Override
    public void stderr(String chunk) {
        stderr.add(chunk);
    }

    @Override
    public void notice(String line) {
        notices.add(line);
    }

    /** The words of the model, joined. */
    public String text() {
        return String.join("", text);
    }

    /** What was shown besides the words of the model, joined. */
    public String transcript() {
        return String.join("", transcript);
    }

    public String stderr() {
        return String.join("", stderr);
    }

    public List<String> notices() {
        return List.copyOf(notices);
    }
}
