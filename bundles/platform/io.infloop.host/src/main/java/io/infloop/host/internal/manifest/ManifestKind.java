package io.infloop.host.internal.manifest;

import java.util.Arrays;
import java.util.Optional;

/** The values of {@code kind} in manifests. */
public enum ManifestKind {
    PROVIDER("provider"),
    WEBHOOK("webhook");

    private final String text;

    ManifestKind(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }

    static Optional<ManifestKind> of(String text) {
        return Arrays.stream(values()).filter(kind -> kind.text.equals(text)).findFirst();
    }
}
