package io.infloop.node.agent.internal;

import io.infloop.spi.journal.NodeJournal;
import io.infloop.spi.provider.AgentSink;

/** Shows what an agent says, as it says it, to everybody who watches the run. */
record JournalSink(NodeJournal journal) implements AgentSink {
    @Override
    public void text(String chunk) {
        journal.stdout(chunk);
    }

    @Override
    public void transcript(String chunk) {
        journal.stdout(chunk);
    }

    @Override
    public void stderr(String chunk) {
        journal.stderr(chunk);
    }

    @Override
    public void notice(String line) {
        journal.notice(line);
    }
}
