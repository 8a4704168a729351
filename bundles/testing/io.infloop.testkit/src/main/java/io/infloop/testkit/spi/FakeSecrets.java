package io.infloop.testkit.spi;

import io.infloop.spi.secret.Secret;
import io.infloop.spi.secret.SecretException;
import io.infloop.spi.secret.Secrets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Secrets in memory, under the rules for names. */
public final class FakeSecrets implements Secrets {
    private final Map<String, String> values = new ConcurrentHashMap<>();

    /** Stores or replaces one. */
    public FakeSecrets put(String name, String value) {
        values.put(checked(name), new Secret(name, value).value());
        return this;
    }

    @Override
    public Optional<Secret> find(String name) {
        return Optional.ofNullable(values.get(checked(name))).map(value -> new Secret(name, value));
    }

    @Override
    public Secret require(String name) throws SecretException {
        return find(name).orElseThrow(() -> new SecretException("the secret " + name + " is missing"));
    }

    private static String checked(String name) {
        if (!name.matches(NAME)) {
            throw new IllegalArgumentException("the name of a secret matches " + NAME);
        }
        return name;
    }
}
