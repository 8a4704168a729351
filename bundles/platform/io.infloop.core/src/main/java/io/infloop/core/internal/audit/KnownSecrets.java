package io.infloop.core.internal.audit;

import io.infloop.core.audit.Redactor;
import io.infloop.core.internal.secret.UrlSecrets;
import io.infloop.spi.Registration;
import io.infloop.spi.json.Json;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** The secrets that are known at this moment, each with the number of its registrations; those within addresses need not be known. */
public final class KnownSecrets implements Redactor {
    private static final int MAX_SECRETS = 20_000;
    /** Lines of a secret of several lines, such as a key, shorter than this may be innocent. */
    private static final int SHORTEST_LINE = 16;

    private final Map<String, Integer> counts = new HashMap<>();
    /** {@code null} when the secrets have changed since it was made. */
    private volatile SecretIndex index = SecretIndex.of(List.of());

    @Override
    public Registration add(String secret) {
        synchronized (counts) {
            if (secret.length() < SHORTEST || counts.size() >= MAX_SECRETS) {
                return () -> {};
            }
            counts.merge(secret, 1, Integer::sum);
            index = null;
        }
        AtomicBoolean open = new AtomicBoolean(true);
        return () -> {
            if (open.compareAndSet(true, false)) {
                remove(secret);
            }
        };
    }

    private void remove(String secret) {
        synchronized (counts) {
            counts.computeIfPresent(secret, (key, count) -> count == 1 ? null : count - 1);
            index = null;
        }
    }

    @Override
    public String redact(String text) {
        return text.length() < SHORTEST ? text : UrlSecrets.redact(current().redact(text));
    }

    private SecretIndex current() {
        SecretIndex known = index;
        if (known != null) {
            return known;
        }
        synchronized (counts) {
            known = index;
            if (known == null) {
                Set<String> forms = new LinkedHashSet<>();
                counts.keySet().forEach(secret -> addForms(secret, forms));
                known = SecretIndex.of(forms);
                index = known;
            }
            return known;
        }
    }

    /** As it is, as JSON writes it, and line by line: output is read in lines. */
    private static void addForms(String secret, Set<String> forms) {
        forms.add(secret);
        String json = Json.write(secret);
        forms.add(json.substring(1, json.length() - 1));
        if (secret.indexOf('\n') >= 0) {
            secret.lines()
                    .map(String::strip)
                    .filter(line -> line.length() >= SHORTEST_LINE)
                    .forEach(forms::add);
        }
    }
}
