package io.infloop.host.internal.manifest;

import io.infloop.core.id.Ids;
import io.infloop.host.internal.RefusedException;
import io.infloop.spi.json.JsonObject;
import java.util.List;
import java.util.Optional;

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

    List<Object> array(String name) throws RefusedException {
        return object.array(name).orElseThrow(() -> refused("\"" + name + "\" must be an array"));
    }
}
