package io.infloop.engine.internal.walk;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.process.SandboxDemand;
import io.infloop.spi.process.SandboxLevel;
import org.junit.jupiter.api.Test;

class NodeSandboxTest {
    @Test
    void nodesDemandByName() {
        assertThat(NodeSandbox.of(JsonObject.EMPTY)).isEqualTo(SandboxDemand.NONE);
        assertThat(NodeSandbox.of(JsonObject.builder()
                        .put("sandbox", "jail")
                        .put("sandboxRequired", "namespace")
                        .build()))
                .isEqualTo(new SandboxDemand(SandboxLevel.JAIL, SandboxLevel.NAMESPACE));
    }

    @Test
    void aMisspeltLevelIsTheStrongest() {
        assertThat(NodeSandbox.of(JsonObject.builder()
                                .put("sandboxRequired", "jial")
                                .build())
                        .required())
                .isEqualTo(SandboxLevel.JAIL);
    }
}
