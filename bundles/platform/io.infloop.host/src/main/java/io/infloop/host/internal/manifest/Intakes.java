package io.infloop.host.internal.manifest;

import io.infloop.host.internal.RefusedException;
import io.infloop.spi.webhook.Intake;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads which requests a source sends. */
final class Intakes {
    private static final Set<String> ENCODINGS = Set.of("identity", "gzip");
    private static final Set<String> METHODS = Set.of("POST", "PUT");
    private static final int MAX_NAMES = 32;

    private Intakes() {}

    static Intake read(Fields fields) throws RefusedException {
        Intake intake = Intake.DEFAULT;
        List<String> types = names(fields, "contentTypes");
        for (String type : types) {
            int slash = type.indexOf('/');
            if (slash <= 0 || slash == type.length() - 1 || type.indexOf(';') >= 0 || type.indexOf(' ') >= 0) {
                throw fields.refused(
                        "\"contentTypes\" must be media types without parameters, such as application/json");
            }
        }
        if (!types.isEmpty()) {
            intake = intake.withContentTypes(Set.copyOf(types));
        }
        Optional<String> form = fields.optionalText("formPayloadParam");
        if (form.isPresent()) {
            intake = intake.withFormPayloadParam(form.get());
        }
        Optional<Fields> multipart = fields.inner("multipart", "{\"jsonField\":\"json\"}");
        if (multipart.isPresent()) {
            multipart.get().onlyKnown(Set.of("jsonField"));
            intake = intake.withMultipartJsonField(multipart.get().text("jsonField"));
        }
        List<String> headers = names(fields, "requireHeaders");
        if (!headers.isEmpty()) {
            intake = intake.withRequireHeaders(headers);
        }
        if (fields.object().has("contentEncodings")) {
            intake = intake.withContentEncodings(among(fields, "contentEncodings", ENCODINGS));
        }
        return fields.object().has("methods") ? intake.withMethods(among(fields, "methods", METHODS)) : intake;
    }

    private static List<String> names(Fields fields, String name) throws RefusedException {
        List<String> names = fields.texts(name);
        if (names.size() > MAX_NAMES) {
            throw fields.refused("\"" + name + "\" has more than " + MAX_NAMES + " elements");
        }
        return names.stream()
                .map(text -> text.toLowerCase(Locale.ROOT))
                .distinct()
                .toList();
    }

    private static Set<String> among(Fields fields, String name, Set<String> known) throws RefusedException {
        List<String> texts = fields.texts(name);
        if (!known.containsAll(texts)) {
            throw fields.refused("\"" + name + "\" must be among "
                    + String.join(", ", known.stream().sorted().toList()));
        }
        return Set.copyOf(texts);
    }
}
