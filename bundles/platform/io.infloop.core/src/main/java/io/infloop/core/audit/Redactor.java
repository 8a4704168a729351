package io.infloop.core.audit;

import io.infloop.spi.Registration;
import org.osgi.annotation.versioning.ProviderType;

/** Knows secrets and takes them out of texts. Used by the audit log for every line. Thread-safe; an OSGi service of core. */
@ProviderType
public interface Redactor {
    /** Texts shorter than this are not taken for secrets: they would hit innocent words. */
    int SHORTEST = 6;

    /** Makes a secret known until closed; one that is {@linkplain #SHORTEST too short} is ignored. */
    Registration add(String secret);

    /** The text with {@code [redacted]} in place of each known secret. */
    String redact(String text);
}
