package io.infloop.core.internal.audit;

import io.infloop.core.audit.Redactor;
import io.infloop.spi.Registration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** The secrets that are known at this moment, each with the number of its registrations. */
public final class KnownSecrets implements Redactor {
    private static final int MAX_SECRETS = 20_000;
    private static final String PLACEHOLDER = "[redacted]";

    private final Map<String, Integer> secrets = new ConcurrentHashMap<>();

    @Override
    public Registration add(String secret) {
        if (secret.length() < SHORTEST || secrets.size() >= MAX_SECRETS) {
            return () -> {};
        }
        secrets.merge(secret, 1, Integer::sum);
        AtomicBoolean open = new AtomicBoolean(true);
        return () -> {
            if (open.compareAndSet(true, false)) {
                secrets.computeIfPresent(secret, (key, count) -> count == 1 ? null : count - 1);
            }
        };
    }

    @Override
    public String redact(String text) {
        String clean = text;
        if (text.length() >= SHORTEST) {
            for (String secret : secrets.keySet()) {
                if (clean.contains(secret)) {
                    clean = clean.replace(secret, PLACEHOLDER);
                }
            }
        }
        return clean;
    }
}
