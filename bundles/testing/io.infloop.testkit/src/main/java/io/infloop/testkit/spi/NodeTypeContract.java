package io.infloop.testkit.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.node.NodeDescriptor;
import io.infloop.spi.node.NodeDescriptor.OutputField;
import io.infloop.spi.node.NodeOutcome;
import io.infloop.spi.node.NodeType;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What every node type must do. Extend it and name the type; override {@link #workingContexts} with what it is made for. */
public abstract class NodeTypeContract {
    private static final Set<String> VALUE_TYPES = Set.of("string", "number", "boolean", "array", "object");

    protected abstract NodeType nodeType();

    /** Contexts in which the node does its work without an error. */
    protected abstract List<FakeNodeContext> workingContexts() throws Exception;

    private NodeDescriptor descriptor() {
        return nodeType().descriptor();
    }

    @Test
    void hasAValidIdAndSaysItTwice() {
        assertThat(nodeType().id())
                .matches("[a-z][a-z0-9_-]{0,63}")
                .isEqualTo(descriptor().id());
    }

    @Test
    void describesItselfToPeople() {
        assertThat(descriptor().title()).isNotBlank();
        assertThat(descriptor().group()).isNotBlank();
        assertThat(descriptor().description()).isNotBlank();
        assertThat(descriptor().icon()).isNotBlank();
    }

    @Test
    void describesItsConfigurationAsAnObject() {
        assertThat(descriptor().configSchema().get("type")).isEqualTo("object");
    }

    @Test
    void templatesOnlyFieldsThatTheSchemaKnows() {
        for (String path : descriptor().templatedFields()) {
            JsonObject schema = descriptor().configSchema();
            for (String step : path.split("\\.", -1)) {
                JsonObject parent = schema;
                schema = (step.equals("*")
                                ? parent.object("additionalProperties").or(() -> parent.object("items"))
                                : parent.object("properties").flatMap(properties -> properties.object(step)))
                        .orElseThrow(() -> new AssertionError("templated field " + path + " is not in the schema"));
            }
            assertThat(schema.get("type"))
                    .as("type of the templated field " + path)
                    .isEqualTo("string");
        }
    }

    @Test
    void namesOutputsOnceAndWithAType() {
        assertThat(descriptor().outputs()).extracting(OutputField::name).doesNotHaveDuplicates();
        assertThat(descriptor().outputs()).extracting(OutputField::type).allMatch(VALUE_TYPES::contains);
        assertThat(descriptor().outputs()).extracting(OutputField::description).noneMatch(String::isBlank);
    }

    @Test
    void namesHandlesOnce() {
        assertThat(descriptor().handles()).doesNotHaveDuplicates();
    }

    @Test
    void makesItsResultEventOfOutputsItDeclares() {
        descriptor().resultEvent().ifPresent(event -> assertThat(descriptor().outputs())
                .extracting(OutputField::name)
                .containsAll(event.fields()));
    }

    @Test
    void worksWhereItIsMadeToWork() throws Exception {
        for (FakeNodeContext context : workingContexts()) {
            NodeOutcome outcome = nodeType().execute(context);
            assertThat(outcome).isNotNull();
            if (outcome instanceof NodeOutcome.Follow follow) {
                assertThat(descriptor().handles()).contains(follow.handle());
                assertThat(follow.handle())
                        .as("handle, outputs %s", follow.outputs())
                        .isNotEqualTo("error");
            }
        }
    }

    @Test
    void answersABrokenConfigurationWithAHandleItHasAndAReason() throws Exception {
        List<String> handles = descriptor().handles();
        if (!handles.contains("error")) {
            return;
        }
        for (String config : List.of("{}", "{\"unknown\":[]}", brokenConfiguration())) {
            NodeOutcome outcome = nodeType().execute(FakeNodeContext.of(config));
            if (outcome instanceof NodeOutcome.Follow follow) {
                assertThat(handles).contains(follow.handle());
                if (follow.handle().equals("error")) {
                    assertThat(follow.outputs().string("errorMessage"))
                            .as(config)
                            .isPresent();
                }
            }
        }
    }

    /** Every member of the schema with a value of a type nobody asks for. */
    private String brokenConfiguration() {
        JsonObject.Builder config = JsonObject.builder();
        descriptor().configSchema().object("properties").ifPresent(properties -> properties
                .asMap()
                .keySet()
                .forEach(name -> config.put(name, List.of(List.of(1)))));
        return config.build().toString();
    }
}
