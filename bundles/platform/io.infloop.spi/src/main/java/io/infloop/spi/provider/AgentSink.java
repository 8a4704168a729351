package io.infloop.spi.provider;

import org.osgi.annotation.versioning.ConsumerType;

/** Takes the output of an agent as it arrives; implemented by nodes that call agents. Thread-safe; does not wait for slow watchers. */
@ConsumerType
public interface AgentSink {
    /** Words of the model. */
    void text(String chunk);

    /** What happened besides: tool calls and their results, summaries; shown, but not the agent's answer. */
    void transcript(String chunk);

    /** Error output. */
    void stderr(String chunk);

    /** One line from the transport to the person watching. */
    void notice(String line);
}
