package io.infloop.store.internal;

import io.infloop.core.audit.Redactor;
import io.infloop.spi.Registration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what it knows at the moment, once for each registration. */
final class FakeRedactor implements Redactor {
    private final List<String> known = new CopyOnWriteArrayList<>();

    List<String> known() {
        return List.copyOf(known);
    }

    @Override
    public Registration add(String secret) {
        known.add(secret);
        return () -> known.remove(secret);
    }

    @Override
    public String redact(String text) {
        return text;
    }
}
