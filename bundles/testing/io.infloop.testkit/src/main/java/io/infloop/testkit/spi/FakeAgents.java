package io.infloop.testkit.spi;

import io.infloop.spi.node.AgentUnavailableException;
import io.infloop.spi.node.Agents;
import io.infloop.spi.provider.AgentRequest;
import io.infloop.spi.provider.AgentResult;
import io.infloop.spi.provider.AgentSink;
import io.infloop.spi.provider.ProviderDescriptor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Agents that answer what the test says. */
public final class FakeAgents implements Agents {
    /** Stands in for an agent. */
    @FunctionalInterface
    public interface Answer {
        AgentResult run(AgentRequest request, AgentSink sink) throws AgentUnavailableException, InterruptedException;
    }

    private record Agent(ProviderDescriptor descriptor, Answer answer) {}

    private final Map<String, Agent> agents = new ConcurrentHashMap<>();
    private final List<AgentRequest> requests = new CopyOnWriteArrayList<>();

    /** Adds a command-line agent. */
    public FakeAgents with(String id, boolean canSkipPermissions, Answer answer) {
        return with(
                new ProviderDescriptor(
                        id, id, "an agent of the test", Optional.empty(), "cli", true, canSkipPermissions, false),
                answer);
    }

    public FakeAgents with(ProviderDescriptor descriptor, Answer answer) {
        agents.put(descriptor.id(), new Agent(descriptor, answer));
        return this;
    }

    @Override
    public Optional<ProviderDescriptor> find(String providerId) {
        return Optional.ofNullable(agents.get(providerId)).map(Agent::descriptor);
    }

    @Override
    public AgentResult run(String providerId, AgentRequest request, AgentSink sink)
            throws AgentUnavailableException, InterruptedException {
        Agent agent = agents.get(providerId);
        if (agent == null) {
            throw new AgentUnavailableException("unknown provider: " + providerId);
        }
        requests.add(request);
        return agent.answer().run(request, sink);
    }

    /** What was asked, in order. */
    public List<AgentRequest> requests() {
        return List.copyOf(requests);
    }
}
