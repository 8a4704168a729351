package io.infloop.launcher.cli;

import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonStructure;
import jakarta.json.JsonValue;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A JSON object as text for people: members line by line, lists of objects as tables. */
final class Readable {
    private Readable() {}

    static void print(JsonObject object, PrintStream out) {
        print(object, "", out);
    }

    private static void print(JsonObject object, String indent, PrintStream out) {
        object.forEach((name, value) -> {
            if (value instanceof JsonArray array && !array.isEmpty() && array.get(0) instanceof JsonObject) {
                out.println(indent + name + ":");
                table(array, indent + "  ", out);
            } else if (value instanceof JsonObject child && !child.isEmpty()) {
                out.println(indent + name + ":");
                print(child, indent + "  ", out);
            } else if (!name.equals("exit")) {
                out.println(indent + name + ": " + text(value));
            }
        });
    }

    private static void table(JsonArray rows, String indent, PrintStream out) {
        Set<String> columns = new LinkedHashSet<>();
        List<List<String>> cells = new ArrayList<>();
        for (JsonValue row : rows) {
            if (row instanceof JsonObject object) {
                columns.addAll(object.keySet());
            }
        }
        for (JsonValue row : rows) {
            JsonObject object = row instanceof JsonObject members ? members : JsonValue.EMPTY_JSON_OBJECT;
            List<String> line = new ArrayList<>();
            for (String column : columns) {
                line.add((line.isEmpty() ? indent : "") + (object.containsKey(column) ? text(object.get(column)) : ""));
            }
            cells.add(line);
        }
        Table.print(cells, out);
    }

    private static String text(JsonValue value) {
        if (value instanceof JsonString string) {
            return string.getString();
        }
        if (value instanceof JsonArray array) {
            return array.isEmpty() ? "none" : array.stream().map(Readable::text).collect(Collectors.joining(", "));
        }
        if (value instanceof JsonStructure) {
            return value.toString();
        }
        return value == JsonValue.NULL ? "-" : value.toString();
    }
}
