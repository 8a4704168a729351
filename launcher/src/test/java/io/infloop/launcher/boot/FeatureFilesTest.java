package io.infloop.launcher.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The feature files as shipped, that is with their versions filled in. */
class FeatureFilesTest {
    private static final Path FEATURES = Path.of("target/staging/features");

    @ParameterizedTest
    @ValueSource(strings = {"platform.json", "plugins.json", "webhooks.json"})
    void fitTheSchema(String name) throws IOException {
        assertThat(schema().validate(Files.readString(FEATURES.resolve(name)), InputFormat.JSON))
                .isEmpty();
    }

    @Test
    void theSchemaRefusesWhatTheLauncherWouldNotUnderstand() throws IOException {
        String platform = Files.readString(FEATURES.resolve("platform.json"));

        assertThat(schema().validate(
                                platform.replace("\"start-order\": 10", "\"start-order\": \"ten\""), InputFormat.JSON))
                .isNotEmpty();
        assertThat(schema().validate(platform.replace("\"start\": \"false\"", "\"start\": \"no\""), InputFormat.JSON))
                .isNotEmpty();
        String webhooks = Files.readString(FEATURES.resolve("webhooks.json"));
        assertThat(schema().validate(
                                webhooks.replace("\"webhook-source\": \"stripe\"", "\"webhook-source\": \"../stripe\""),
                                InputFormat.JSON))
                .isNotEmpty();
        assertThat(schema().validate(platform.replace("\"bundles\"", "\"bundle\""), InputFormat.JSON))
                .isNotEmpty();
    }

    @Test
    void noVersionIsLeftOpen() throws IOException {
        assertThat(Files.readString(FEATURES.resolve("platform.json"))).doesNotContain("${");
        assertThat(Files.readString(FEATURES.resolve("plugins.json"))).doesNotContain("${");
    }

    private static Schema schema() throws IOException {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(FEATURES.resolve("schema/feature.schema.json")), InputFormat.JSON);
    }
}
