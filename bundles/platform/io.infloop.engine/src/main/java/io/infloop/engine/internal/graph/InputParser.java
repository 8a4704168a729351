package io.infloop.engine.internal.graph;

import io.infloop.engine.Workflows.InputDeclaration;
import io.infloop.engine.Workflows.Problem;
import io.infloop.engine.Workflows.Severity;
import io.infloop.engine.input.RunInputs;
import io.infloop.spi.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Reads the {@code inputs} of a workflow document. */
final class InputParser {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]{0,127}");
    private static final Set<String> TYPES = Set.of("string", "text", "number", "boolean");
    private static final int MAX_INPUTS = 200;

    private InputParser() {}

    static List<InputDeclaration> parse(JsonObject document, Consumer<Problem> problems) {
        Object declared = document.get("inputs");
        if (declared == null) {
            return List.of();
        }
        if (!(declared instanceof List<?> elements)) {
            error(problems, "inputs", "inputs must be a list of declarations");
            return List.of();
        }
        if (elements.size() > MAX_INPUTS) {
            error(problems, "inputs", "a workflow declares at most " + MAX_INPUTS + " inputs");
            return List.of();
        }
        List<InputDeclaration> declarations = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < elements.size(); i++) {
            String path = "inputs[" + i + "]";
            declaration(elements.get(i), path, problems).ifPresent(declaration -> {
                if (names.add(declaration.name())) {
                    declarations.add(declaration);
                } else {
                    error(problems, path + ".name", "input \"" + declaration.name() + "\" is declared twice");
                }
            });
        }
        return declarations;
    }

    private static Optional<InputDeclaration> declaration(Object element, String path, Consumer<Problem> problems) {
        if (!(element instanceof JsonObject object)) {
            error(problems, path, "an input declaration must be an object with name and type");
            return Optional.empty();
        }
        Optional<String> name =
                object.string("name").filter(text -> NAME.matcher(text).matches());
        if (name.isEmpty()) {
            error(
                    problems,
                    path + ".name",
                    "an input's name is made of letters, digits and _, and does not begin with a digit");
            return Optional.empty();
        }
        Optional<String> type = object.string("type").filter(TYPES::contains);
        if (type.isEmpty()) {
            error(
                    problems,
                    path + ".type",
                    "input \"" + name.get() + "\" needs a type: string, text, number or boolean");
            return Optional.empty();
        }
        Optional<Object> defaultValue = Optional.ofNullable(object.get("default"));
        InputDeclaration declaration =
                new InputDeclaration(name.get(), type.get(), defaultValue, object.string("description"));
        if (defaultValue.isPresent()
                && RunInputs.resolve(List.of(declaration), Map.of()) instanceof RunInputs.Invalid) {
            error(problems, path + ".default", "the default of input \"" + name.get() + "\" is not a " + type.get());
        }
        return Optional.of(declaration);
    }

    private static void error(Consumer<Problem> problems, String path, String message) {
        problems.accept(new Problem(Severity.ERROR, path, message));
    }
}
