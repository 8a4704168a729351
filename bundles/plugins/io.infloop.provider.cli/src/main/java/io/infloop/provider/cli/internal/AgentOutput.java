package io.infloop.provider.cli.internal;

import io.infloop.spi.provider.AgentSink;
import io.infloop.spi.provider.OutputParser;
import java.util.Optional;

/** Passes an agent's output on as it arrives and keeps a bounded copy for the result. Thread-safe. */
final class AgentOutput implements AgentSink {
    private static final int KEPT_CHARACTERS = 4 * 1024 * 1024;

    private final AgentSink sink;
    private final BoundedText text = new BoundedText(KEPT_CHARACTERS);
    private final BoundedText transcript = new BoundedText(KEPT_CHARACTERS);
    private final BoundedText stderr = new BoundedText(KEPT_CHARACTERS);
    private String parserDefect;

    AgentOutput(AgentSink sink) {
        this.sink = sink;
    }

    @Override
    public void text(String chunk) {
        synchronized (this) {
            text.append(chunk);
            transcript.append(chunk);
        }
        sink.text(chunk);
    }

    @Override
    public void transcript(String chunk) {
        synchronized (this) {
            transcript.append(chunk);
        }
        sink.transcript(chunk);
    }

    @Override
    public void stderr(String chunk) {
        synchronized (this) {
            stderr.append(chunk);
        }
        sink.stderr(chunk);
    }

    @Override
    public void notice(String line) {
        sink.notice(line);
    }

    /** Gives a line to the parser; a parser that breaks costs the run its success, not its output. */
    void parse(OutputParser.Session parser, String line) {
        try {
            parser.line(line);
        } catch (RuntimeException defect) {
            broken(defect);
            transcript(line);
        }
    }

    OutputParser.Parsed finish(OutputParser.Session parser) {
        try {
            return parser.finish();
        } catch (RuntimeException defect) {
            broken(defect);
            return OutputParser.Parsed.NOTHING;
        }
    }

    private synchronized void broken(RuntimeException defect) {
        if (parserDefect == null) {
            parserDefect = "the parser of the agent's output failed: " + defect;
        }
    }

    synchronized String text() {
        return text.toString();
    }

    synchronized String transcript() {
        return transcript.toString();
    }

    synchronized String stderr() {
        return stderr.toString();
    }

    synchronized Optional<String> parserDefect() {
        return Optional.ofNullable(parserDefect);
    }
}
