package io.infloop.engine.internal.testing;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeContext;
import io.infloop.spi.node.NodeOutcome;
import io.infloop.spi.provider.AgentRequest;
import io.infloop.spi.provider.AgentResult;
import io.infloop.spi.provider.AgentSink;
import io.infloop.spi.provider.ManifestException;
import io.infloop.spi.provider.Provider;
import io.infloop.spi.provider.ProviderContext;
import io.infloop.spi.provider.ProviderDescriptor;
import io.infloop.spi.provider.Usage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** An agent that answers with the name of its format's parser problem and costs what it is told. */
public record FakeProvider(String id, double cost) implements Provider {
    @Override
    public ProviderDescriptor descriptor() {
        return new ProviderDescriptor(id, id, "fake", Optional.empty(), "test", false, false, false);
    }

    @Override
    public AgentResult run(AgentRequest request, ProviderContext context, AgentSink sink) {
        sink.text("answer");
        String text = context.binaryOverride().orElse("");
        context.processes();
        try {
            context.openParser("missing", sink);
        } catch (ManifestException none) {
            text += " " + none.getMessage();
        }
        return new AgentResult(
                text,
                text,
                "",
                OptionalInt.of(0),
                false,
                Optional.empty(),
                new Usage(OptionalLong.empty(), OptionalLong.empty(), OptionalDouble.of(cost)),
                Optional.empty(),
                List.of(),
                Duration.ZERO);
    }

    /** What a node does that asks an agent. */
    public static NodeOutcome ask(NodeContext context, String provider) throws Exception {
        AgentResult result = context.agents()
                .run(provider, AgentRequest.of("do", Path.of("/"), Duration.ZERO), new AgentSink() {
                    @Override
                    public void text(String chunk) {
                        context.journal().stdout(chunk);
                    }

                    @Override
                    public void transcript(String chunk) {}

                    @Override
                    public void stderr(String chunk) {}

                    @Override
                    public void notice(String line) {}
                });
        return NodeOutcome.next(JsonObject.of("text", result.text()));
    }
}
