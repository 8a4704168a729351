package io.infloop.engine.internal.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.process.SandboxDemand;
import io.infloop.spi.process.SandboxLevel;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeSandboxTest {
    @Test
    void nodesDemandByName() {
        assertThat(NodeSandbox.of(JsonObject.EMPTY)).isEqualTo(new NodeSandbox(SandboxDemand.NONE, Optional.empty()));
        assertThat(NodeSandbox.of(JsonObject.builder()
                                .put("sandbox", "")
                                .put("sandboxRequired", "")
                                .build())
                        .demand())
                .isEqualTo(SandboxDemand.NONE);
        assertThat(NodeSandbox.of(JsonObject.builder()
                        .put("sandbox", "jail")
                        .put("sandboxRequired", "namespace")
                        .put("egressAllowlist", List.of("a.example"))
                        .build()))
                .isEqualTo(new NodeSandbox(
                        new SandboxDemand(SandboxLevel.JAIL, SandboxLevel.NAMESPACE),
                        Optional.of(List.of("a.example"))));
    }

    @Test
    void anEmptyListIsADeclaration() {
        assertThat(NodeSandbox.of(JsonObject.builder()
                                .put("egressAllowlist", List.of())
                                .build())
                        .egressAllowlist())
                .hasValue(List.of());
    }

    /** Who misspells a protection must not run without it, and nobody asks for less. */
    @ParameterizedTest
    @ValueSource(strings = {"jial", "JAIL", "off", "auto", "{{inputs.level}}"})
    void aMisspeltLevelIsRefused(String level) {
        for (String field : List.of("sandbox", "sandboxRequired")) {
            assertThatThrownBy(() -> NodeSandbox.of(
                            JsonObject.builder().put(field, level).build()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(field + ": expected jail, namespace or user");
        }
    }

    @Test
    void aListThatIsNoneIsRefused() {
        for (Object wrong : List.of("a.example", List.of(1L), JsonObject.EMPTY)) {
            assertThatThrownBy(() -> NodeSandbox.of(
                            JsonObject.builder().put("egressAllowlist", wrong).build()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("egressAllowlist: expected an array");
        }
    }
}
