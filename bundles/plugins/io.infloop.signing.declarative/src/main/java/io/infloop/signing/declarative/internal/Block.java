package io.infloop.signing.declarative.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.spi.json.Members;
import io.infloop.spi.webhook.RequestTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One object of a declaration. What is missing or wrong is refused under its path.
 *
 * @param path with a dot at its end
 */
record Block(JsonObject object, String path) {
    IllegalArgumentException wrong(String member, String reason) {
        return new IllegalArgumentException(path + member + ": " + reason);
    }

    void onlyKnown(Set<String> known) {
        Members.onlyKnown(object, path, known);
    }

    boolean has(String member) {
        return object.has(member);
    }

    String text(String member) {
        return object.string(member)
                .filter(text -> !text.isEmpty())
                .orElseThrow(() -> wrong(member, "expected a text that is not empty"));
    }

    Optional<String> optionalText(String member) {
        return has(member) ? Optional.of(text(member)) : Optional.empty();
    }

    boolean flag(String member) {
        return has(member) && object.bool(member).orElseThrow(() -> wrong(member, "expected true or false"));
    }

    /** A whole number between the bounds, or the default. */
    int number(String member, int least, int most, int byDefault) {
        if (!has(member)) {
            return byDefault;
        }
        return object.number(member)
                .filter(number -> number instanceof Long value && value >= least && value <= most)
                .map(Number::intValue)
                .orElseThrow(() -> wrong(member, "expected a whole number between " + least + " and " + most));
    }

    Block block(String member, String example) {
        return optionalBlock(member, example).orElseThrow(() -> wrong(member, "expected " + example));
    }

    /** @throws IllegalArgumentException if the member is there and no object */
    Optional<Block> optionalBlock(String member, String example) {
        if (!has(member)) {
            return Optional.empty();
        }
        return Optional.of(new Block(
                object.object(member).orElseThrow(() -> wrong(member, "expected " + example)), path + member + "."));
    }

    /** The elements of a list of objects; empty when the member is absent. */
    List<Block> blocks(String member, int most) {
        if (!has(member)) {
            return List.of();
        }
        List<Object> elements = object.array(member)
                .filter(list -> !list.isEmpty() && list.size() <= most)
                .orElseThrow(() -> wrong(member, "expected a list of 1 to " + most + " objects"));
        List<Block> blocks = new ArrayList<>();
        for (Object element : elements) {
            String name = member + "[" + blocks.size() + "]";
            if (!(element instanceof JsonObject inner)) {
                throw wrong(name, "expected an object");
            }
            blocks.add(new Block(inner, path + name + "."));
        }
        return blocks;
    }

    /** A list of texts; empty when the member is absent. */
    List<String> texts(String member, int most) {
        if (!has(member)) {
            return List.of();
        }
        List<String> texts = object.strings(member);
        if (texts.isEmpty() || texts.size() > most || texts.contains("")) {
            throw wrong(member, "expected a list of 1 to " + most + " texts");
        }
        return texts;
    }

    RequestTemplate template(String member) {
        return compiled(member, text(member));
    }

    RequestTemplate compiled(String member, String source) {
        try {
            return RequestTemplate.compile(source);
        } catch (IllegalArgumentException invalid) {
            throw wrong(member, invalid.getMessage());
        }
    }
}
