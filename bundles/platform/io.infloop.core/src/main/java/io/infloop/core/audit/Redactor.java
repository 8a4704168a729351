package io.infloop.core.audit;

import io.infloop.spi.Registration;
import io.infloop.spi.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Knows secrets and takes them out of texts. Everything that the server writes or says about what happened goes through it: the audit
 * log, the log, journals, events and states of runs. A secret that a program prints in pieces, encodes or turns around is not recognised. Passwords and tokens before the host of an address are taken out also if nobody made
 * them known. Thread-safe; an OSGi
 * service of core.
 */
@ProviderType
public interface Redactor {
    /** Texts shorter than this are not taken for secrets: they would hit innocent words. */
    int SHORTEST = 6;

    /** Knows no secret. */
    Redactor NONE = new Redactor() {
        @Override
        public Registration add(String secret) {
            return () -> {};
        }

        @Override
        public String redact(String text) {
            return text;
        }
    };

    /** Makes a secret known until closed; one that is {@linkplain #SHORTEST too short} is ignored. */
    Registration add(String secret);

    /** The text with {@code [redacted]} in place of each known secret. */
    String redact(String text);

    /** The same for every text in a JSON object, at any depth; the same object when there is nothing to redact. */
    default JsonObject redact(JsonObject object) {
        return (JsonObject) redacted(object);
    }

    private Object redacted(Object value) {
        if (value instanceof String text) {
            return redact(text);
        }
        if (value instanceof JsonObject object) {
            JsonObject.Builder clean = null;
            for (Map.Entry<String, Object> member : object.asMap().entrySet()) {
                Object redacted = redacted(member.getValue());
                if (redacted != member.getValue()) {
                    clean = clean == null ? object.toBuilder() : clean;
                    clean.put(member.getKey(), redacted);
                }
            }
            return clean == null ? object : clean.build();
        }
        if (value instanceof List<?> elements) {
            List<Object> clean = null;
            for (int index = 0; index < elements.size(); index++) {
                Object redacted = redacted(elements.get(index));
                if (redacted != elements.get(index)) {
                    clean = clean == null ? new ArrayList<>(elements) : clean;
                    clean.set(index, redacted);
                }
            }
            return clean == null ? elements : clean;
        }
        return value;
    }
}
