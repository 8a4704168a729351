package io.infloop.core.internal.secret;

import io.infloop.core.audit.Actor;
import io.infloop.core.audit.AuditEvent;
import io.infloop.core.audit.AuditLog;
import io.infloop.core.audit.Redactor;
import io.infloop.spi.Registration;
import io.infloop.spi.secret.Secret;
import io.infloop.spi.secret.SecretException;
import io.infloop.spi.secret.Secrets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;

/** Gives each bundle its own secrets. The framework says which bundle asks; a plugin has no way to say it is another one. */
public final class ScopedSecrets implements ServiceFactory<Secrets> {
    /** Values that are kept out of texts per bundle; when secrets are replaced more often the oldest go. */
    static final int MAX_VALUES = 256;

    private static final int MAX_AUDITED = 10_000;

    private final SecretFiles files;
    private final Redactor redactor;
    private final AuditLog audit;
    private final Set<String> audited = ConcurrentHashMap.newKeySet();

    public ScopedSecrets(Path data, Redactor redactor, AuditLog audit) {
        this.files = new SecretFiles(data);
        this.redactor = redactor;
        this.audit = audit;
    }

    @Override
    public Secrets getService(Bundle bundle, ServiceRegistration<Secrets> registration) {
        return of(bundle.getSymbolicName());
    }

    @Override
    public void ungetService(Bundle bundle, ServiceRegistration<Secrets> registration, Secrets secrets) {
        ((Scoped) secrets).close();
    }

    Scoped of(String pluginId) {
        return new Scoped(pluginId);
    }

    private void record(String pluginId, String name) {
        if (audited.size() < MAX_AUDITED && audited.add(pluginId + "/" + name)) {
            audit.append(AuditEvent.of("secret.read", Actor.SYSTEM)
                    .with("pluginId", pluginId)
                    .with("name", name));
        }
    }

    /** The secrets of one bundle. */
    final class Scoped implements Secrets {
        private final String pluginId;
        private final Map<String, Registration> hidden = new LinkedHashMap<>();
        private boolean released;

        private Scoped(String pluginId) {
            this.pluginId = pluginId;
        }

        @Override
        public Optional<Secret> find(String name) throws SecretException {
            Optional<Secret> found = files.read(pluginId, name);
            if (found.isPresent()) {
                hide(found.get().value());
                record(pluginId, name);
            }
            return found;
        }

        @Override
        public Secret require(String name) throws SecretException {
            return find(name)
                    .orElseThrow(() -> new SecretException("the secret " + name + " is missing; store it in "
                            + SecretFiles.place(pluginId, name) + " in the data directory, with mode 0600"));
        }

        private synchronized void hide(String value) throws SecretException {
            if (released) {
                throw new SecretException("the plugin has released its secrets");
            }
            if (hidden.containsKey(value)) {
                return;
            }
            if (hidden.size() >= MAX_VALUES) {
                String oldest = hidden.keySet().iterator().next();
                hidden.remove(oldest).close();
            }
            hidden.put(value, redactor.add(value));
        }

        synchronized void close() {
            released = true;
            hidden.values().forEach(Registration::close);
            hidden.clear();
        }
    }
}
