package io.infloop.example.provider.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.provider.AgentRequest;
import io.infloop.spi.provider.AgentResult;
import io.infloop.spi.provider.ManifestException;
import io.infloop.spi.provider.ProviderManifest;
import io.infloop.testkit.spi.FakeProcessLauncher;
import io.infloop.testkit.spi.FakeProviderContext;
import io.infloop.testkit.spi.RecordingSink;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EchoTransportTest {
    private final EchoTransport transport = new EchoTransport();

    @Test
    void answersWithTheTask() throws Exception {
        RecordingSink sink = new RecordingSink();
        AgentResult result = transport.run(
                manifest(JsonObject.of("greeting", "You said: ")),
                AgentRequest.of("hello", Path.of("/"), Duration.ZERO),
                new FakeProviderContext(FakeProcessLauncher.refusing("not needed")),
                sink);
        assertThat(result.isSuccess()).isTrue();
        assertThat(result.text()).isEqualTo("You said: hello").isEqualTo(sink.text());
    }

    @Test
    void namesTheFieldThatIsMissing() {
        assertThatExceptionOfType(ManifestException.class)
                .isThrownBy(() -> transport.check(manifest(JsonObject.EMPTY)))
                .withMessageStartingWith("greeting: ");
    }

    private static ProviderManifest manifest(JsonObject document) {
        return new ProviderManifest("echo", "Echo", "echoes", Optional.empty(), "example-echo", document);
    }
}
