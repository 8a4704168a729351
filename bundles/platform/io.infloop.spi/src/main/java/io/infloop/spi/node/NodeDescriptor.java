package io.infloop.spi.node;

import io.infloop.spi.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Describes a node type: the single source for templating, validation, the palette, the configuration form and the documentation.
 *
 * @param id the type's id, as in workflow documents
 * @param title short name for the palette
 * @param group section of the palette, e.g. {@code Control}
 * @param description one or two sentences
 * @param icon name of an icon, or a single glyph
 * @param configSchema JSON Schema (2020-12, type {@code object}) of the node's {@code config}; {@code default}s prefill new nodes
 * @param templatedFields paths of the config fields whose {@code {{…}}} placeholders the engine resolves before the node
 *     executes: member names joined by dots, {@code *} for every element or member ({@code inputs.*})
 * @param outputs the fields of the outputs, for completion and checks
 * @param handles the output handles in display order; a node that can fail has {@code error} among them
 * @param acceptsInput false for nodes without an inbound handle
 * @param container present when nodes of this type hold child nodes
 * @param resultEvent an additional event the engine emits after {@code node_finished}
 */
public record NodeDescriptor(
        String id,
        String title,
        String group,
        String description,
        String icon,
        JsonObject configSchema,
        List<String> templatedFields,
        List<OutputField> outputs,
        List<String> handles,
        boolean acceptsInput,
        Optional<Container> container,
        Optional<ResultEvent> resultEvent) {

    public NodeDescriptor {
        Objects.requireNonNull(id, "id is null");
        templatedFields = List.copyOf(templatedFields);
        outputs = List.copyOf(outputs);
        handles = List.copyOf(handles);
    }

    /**
     * One field of the outputs.
     *
     * @param type {@code string}, {@code number}, {@code boolean}, {@code array} or {@code object}
     */
    public record OutputField(String name, String type, String description) {}

    /**
     * What holding children means for this type.
     *
     * @param bodySignals handles that, produced by a direct child, do not follow an edge but end the walk of the body with a
     *     {@link WalkResult.Break} or {@link WalkResult.Continue}; empty for containers without iterations
     */
    public record Container(Map<String, Signal> bodySignals) {
        public Container {
            bodySignals = Map.copyOf(bodySignals);
        }
    }

    /** What a child's handle means to the container around it. */
    public enum Signal {
        BREAK,
        CONTINUE
    }

    /**
     * An event made of output fields.
     *
     * @param type the event's type
     * @param fields names of the outputs copied into it
     */
    public record ResultEvent(String type, List<String> fields) {
        public ResultEvent {
            fields = List.copyOf(fields);
        }
    }

    public static Builder builder(String id, String title) {
        return new Builder(id, title);
    }

    /** Builds a {@link NodeDescriptor}. */
    public static final class Builder {
        private final String id;
        private final String title;
        private String group = "Plugins";
        private String description = "";
        private String icon = "";
        private JsonObject configSchema = JsonObject.of("type", "object");
        private final List<String> templatedFields = new ArrayList<>();
        private final List<OutputField> outputs = new ArrayList<>();
        private List<String> handles = List.of("next", "error");
        private boolean acceptsInput = true;
        private Optional<Container> container = Optional.empty();
        private Optional<ResultEvent> resultEvent = Optional.empty();

        private Builder(String id, String title) {
            this.id = id;
            this.title = title;
        }

        public Builder group(String name) {
            this.group = name;
            return this;
        }

        public Builder description(String text) {
            this.description = text;
            return this;
        }

        public Builder icon(String name) {
            this.icon = name;
            return this;
        }

        /** @param schema JSON Schema as text; a text block reads best */
        public Builder configSchema(String schema) {
            this.configSchema = io.infloop.spi.json.Json.parseObject(schema);
            return this;
        }

        public Builder templated(String... paths) {
            templatedFields.addAll(List.of(paths));
            return this;
        }

        public Builder output(String name, String type, String text) {
            outputs.add(new OutputField(name, type, text));
            return this;
        }

        /** Default: {@code next}, {@code error}. */
        public Builder handles(String... names) {
            this.handles = List.of(names);
            return this;
        }

        public Builder withoutInput() {
            this.acceptsInput = false;
            return this;
        }

        public Builder container(Map<String, Signal> bodySignals) {
            this.container = Optional.of(new Container(new LinkedHashMap<>(bodySignals)));
            return this;
        }

        public Builder resultEvent(String type, String... fields) {
            this.resultEvent = Optional.of(new ResultEvent(type, List.of(fields)));
            return this;
        }

        public NodeDescriptor build() {
            return new NodeDescriptor(
                    id,
                    title,
                    group,
                    description,
                    icon,
                    configSchema,
                    templatedFields,
                    outputs,
                    handles,
                    acceptsInput,
                    container,
                    resultEvent);
        }
    }
}
