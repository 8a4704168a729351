package io.infloop.engine.internal.graph;

import io.infloop.engine.template.Template;
import io.infloop.spi.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * The templates in one node's configuration, found where the node type's field paths lead: member names joined by dots, {@code *} for
 * every element or member. What is not a text there stays as it is. Immutable.
 */
public final class ConfigTemplates {
    /** A place in the configuration that holds templates somewhere below; by member name or element index. */
    private static final class Place {
        private Template template;
        private String path = "";
        private final Map<Object, Place> below = new HashMap<>();
    }

    /**
     * A template and where it stands.
     *
     * @param path with names and indices in place of {@code *}
     */
    public record Field(String path, Template template) {}

    private final JsonObject config;
    private final Place root;
    private final List<Field> fields;

    private ConfigTemplates(JsonObject config, Place root, List<Field> fields) {
        this.config = config;
        this.root = root;
        this.fields = List.copyOf(fields);
    }

    public static ConfigTemplates compile(JsonObject config, List<String> paths) {
        Place root = new Place();
        List<Field> fields = new ArrayList<>();
        for (String path : paths) {
            find(config, List.of(path.split("\\.", -1)), "", root, fields);
        }
        return new ConfigTemplates(config, root, fields);
    }

    private static void find(Object value, List<String> keys, String path, Place place, List<Field> fields) {
        if (keys.isEmpty()) {
            if (value instanceof String text && place.template == null) {
                Template template = Template.compile(text);
                if (!template.isLiteral()) {
                    place.template = template;
                    place.path = path;
                    fields.add(new Field(path, template));
                }
            }
            return;
        }
        String key = keys.get(0);
        List<String> rest = keys.subList(1, keys.size());
        if (value instanceof JsonObject object) {
            object.asMap().forEach((name, member) -> {
                if (key.equals("*") || key.equals(name)) {
                    find(member, rest, join(path, name), place.below.computeIfAbsent(name, k -> new Place()), fields);
                }
            });
        } else if (value instanceof List<?> elements) {
            for (int i = 0; i < elements.size(); i++) {
                if (key.equals("*") || key.equals(Integer.toString(i))) {
                    Place below = place.below.computeIfAbsent(i, k -> new Place());
                    find(elements.get(i), rest, join(path, Integer.toString(i)), below, fields);
                }
            }
        }
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** The templates with placeholders, in the order of the node type's paths. */
    public List<Field> fields() {
        return fields;
    }

    /**
     * The configuration with its placeholders resolved.
     *
     * @param missing told the field and the placeholder's path for each one without a value
     */
    public JsonObject resolve(Map<String, ?> scope, BiConsumer<String, String> missing) {
        return fields.isEmpty() ? config : (JsonObject) resolve(config, root, scope, missing);
    }

    private static Object resolve(Object value, Place place, Map<String, ?> scope, BiConsumer<String, String> missing) {
        if (place.template != null) {
            return place.template.resolve(scope, key -> missing.accept(place.path, key));
        }
        if (place.below.isEmpty()) {
            return value;
        }
        if (value instanceof JsonObject object) {
            Map<String, Object> members = new LinkedHashMap<>(object.asMap());
            members.replaceAll((name, member) -> descend(member, place.below.get(name), scope, missing));
            return JsonObject.of(members);
        }
        List<Object> elements = new ArrayList<>((List<?>) value);
        for (int i = 0; i < elements.size(); i++) {
            elements.set(i, descend(elements.get(i), place.below.get(i), scope, missing));
        }
        return elements;
    }

    private static Object descend(Object value, Place below, Map<String, ?> scope, BiConsumer<String, String> missing) {
        return below == null ? value : resolve(value, below, scope, missing);
    }
}
