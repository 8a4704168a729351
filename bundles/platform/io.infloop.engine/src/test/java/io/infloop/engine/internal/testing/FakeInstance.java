package io.infloop.engine.internal.testing;

import io.infloop.core.instance.ServerInstance;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A server among others that a test declares alive. */
public final class FakeInstance implements ServerInstance {
    private final String id;
    private final Path data;
    private final Set<String> alive = ConcurrentHashMap.newKeySet();

    public FakeInstance(String id, Path data) {
        this.id = id;
        this.data = data;
        alive.add(id);
    }

    public FakeInstance knowing(String other) {
        alive.add(other);
        return this;
    }

    public void died(String other) {
        alive.remove(other);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Path directory() {
        return data.resolve("instances").resolve(id);
    }

    @Override
    public long pid() {
        return 4711;
    }

    @Override
    public Instant startedAt() {
        return Instant.ofEpochMilli(1_700_000_000_000L);
    }

    @Override
    public String version() {
        return "0.1.0";
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public boolean isAlive(String instanceId) {
        return alive.contains(instanceId);
    }
}
