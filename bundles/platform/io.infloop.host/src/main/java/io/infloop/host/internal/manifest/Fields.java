package io.infloop.host.internal.manifest;

import io.infloop.core.id.Ids;
import io.infloop.host.internal.RefusedException;
import io.infloop.spi.json.JsonObject;
import io.infloop.spi.json.Members;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Reads the members of a manifest; what is missing or of the wrong type is refused under the manifest's name. */
record Fields(String label, JsonObject object) {
    RefusedException refused(String problem) {
        return new RefusedException(label + ": " + problem);
    }

    Fields at(String place, JsonObject inner) {
        return new Fields(label + ": " + place, inner);
    }

    String text(String name) throws RefusedException {
        String value = object.string(name).orElse("");
        if (value.isBlank()) {
            throw refused("\"" + name + "\" must be a non-empty string");
        }
        return value;
    }

    Optional<String> optionalText(String name) throws RefusedException {
        return object.get(name) == null ? Optional.empty() : Optional.of(text(name));
    }

    String contributionId(String name) throws RefusedException {
        String id = text(name);
        if (!Ids.isContributionId(id)) {
            throw refused(
                    "\"" + name
                            + "\" must begin with a lower-case letter and hold only lower-case letters, digits, '-' and '_', at most 64");
        }
        return id;
    }

    /** Refuses members that are not known, apart from notes: names that begin with {@code $}, {@code _} or {@code x-}. */
    void onlyKnown(Set<String> known) throws RefusedException {
        JsonObject.Builder members = JsonObject.builder();
        object.asMap().keySet().stream()
                .filter(name -> !name.startsWith("$") && !name.startsWith("_") && !name.startsWith("x-"))
                .forEach(name -> members.put(name, true));
        JsonObject written = members.build();
        checked(() -> {
            Members.onlyKnown(written, "", known);
            return true;
        });
    }

    /** What the SPI says of a mistake becomes what we say of the manifest. */
    <T> T checked(Supplier<T> reading) throws RefusedException {
        try {
            return reading.get();
        } catch (IllegalArgumentException mistake) {
            throw refused(mistake.getMessage());
        }
    }

    boolean flag(String name, boolean byDefault) throws RefusedException {
        if (!object.has(name)) {
            return byDefault;
        }
        return object.bool(name).orElseThrow(() -> refused("\"" + name + "\" must be true or false"));
    }

    int status(String name, int least, int most, int byDefault) throws RefusedException {
        if (!object.has(name)) {
            return byDefault;
        }
        return object.number(name)
                .filter(number -> number instanceof Long status && status >= least && status <= most)
                .map(Number::intValue)
                .orElseThrow(() -> refused("\"" + name + "\" must be a status between " + least + " and " + most));
    }

    /** A text that may be empty. */
    String anyText(String name, String byDefault) throws RefusedException {
        if (!object.has(name)) {
            return byDefault;
        }
        return object.string(name).orElseThrow(() -> refused("\"" + name + "\" must be a string"));
    }

    /** A list of texts; empty when the member is absent. */
    List<String> texts(String name) throws RefusedException {
        if (!object.has(name)) {
            return List.of();
        }
        List<String> texts = object.strings(name);
        if (texts.isEmpty() || texts.stream().anyMatch(String::isBlank)) {
            throw refused("\"" + name + "\" must be a list of non-empty strings");
        }
        return texts;
    }

    /** An inner object; empty when the member is absent. Anything else is refused, null included. */
    Optional<Fields> inner(String name, String example) throws RefusedException {
        if (!object.has(name)) {
            return Optional.empty();
        }
        JsonObject inner =
                object.object(name).orElseThrow(() -> refused("\"" + name + "\" must be an object such as " + example));
        return Optional.of(at("\"" + name + "\"", inner));
    }

    List<Object> array(String name) throws RefusedException {
        return object.array(name).orElseThrow(() -> refused("\"" + name + "\" must be an array"));
    }
}
