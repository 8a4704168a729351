package io.infloop.engine.internal.check;

import io.infloop.engine.Workflows.InputDeclaration;
import io.infloop.engine.Workflows.Problem;
import io.infloop.engine.Workflows.Severity;
import io.infloop.engine.internal.graph.ConfigTemplates;
import io.infloop.engine.internal.graph.GraphNode;
import io.infloop.engine.internal.graph.WorkflowModel;
import io.infloop.engine.internal.walk.NodeTypes;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Finds placeholders that can never have a value. */
final class TemplateWarnings {
    private final WorkflowModel model;
    private final Set<String> nodeIds;
    private final Set<String> inputs;

    private TemplateWarnings(WorkflowModel model) {
        this.model = model;
        this.nodeIds = model.allNodes().stream().map(GraphNode::id).collect(Collectors.toSet());
        this.inputs = model.inputs().stream().map(InputDeclaration::name).collect(Collectors.toSet());
    }

    static void check(WorkflowModel model, NodeTypes types, Consumer<Problem> problems) {
        TemplateWarnings warnings = new TemplateWarnings(model);
        for (GraphNode node : model.allNodes()) {
            types.descriptor(node.type()).ifPresent(type -> warnings.check(node, type.templatedFields(), problems));
        }
    }

    private void check(GraphNode node, List<String> templatedFields, Consumer<Problem> problems) {
        for (ConfigTemplates.Field field :
                ConfigTemplates.compile(node.config(), templatedFields).fields()) {
            for (String path : field.template().paths()) {
                unknown(path)
                        .ifPresent(why -> problems.accept(new Problem(
                                Severity.WARNING,
                                node.path() + ".config." + field.path(),
                                "{{" + path + "}} in node \"" + node.id() + "\": " + why)));
            }
        }
    }

    private Optional<String> unknown(String path) {
        String[] keys = path.split("\\.", -1);
        String first = keys[0];
        return switch (first) {
            case "inputs", "__inputs" ->
                keys.length > 1 && !inputs.isEmpty() && !inputs.contains(keys[1])
                        ? Optional.of("the workflow declares no input \"" + keys[1] + "\"")
                        : Optional.empty();
            case "globals" ->
                keys.length > 1 && !model.globals().has(keys[1])
                        ? Optional.of("the workflow has no global \"" + keys[1] + "\"")
                        : Optional.empty();
            case "run" -> Optional.empty();
            default -> nodeIds.contains(first) ? Optional.empty() : Optional.of("there is no node \"" + first + "\"");
        };
    }
}
