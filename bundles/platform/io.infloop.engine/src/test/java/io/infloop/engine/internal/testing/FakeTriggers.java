package io.infloop.engine.internal.testing;

import io.infloop.spi.Registration;
import io.infloop.store.Trigger;
import io.infloop.store.TriggerStore;
import io.infloop.store.WorkflowStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** Notes which triggers were touched. */
public final class FakeTriggers implements TriggerStore {
    private final List<String> touched = new CopyOnWriteArrayList<>();

    public List<String> touched() {
        return touched;
    }

    @Override
    public Optional<Trigger> find(String id) {
        return Optional.empty();
    }

    @Override
    public List<Trigger> list() {
        return List.of();
    }

    @Override
    public Trigger save(Trigger trigger) {
        return trigger;
    }

    @Override
    public Optional<Trigger> update(String id, UnaryOperator<Trigger> change) {
        return Optional.empty();
    }

    @Override
    public Optional<Trigger> rename(String id, String newId) {
        return Optional.empty();
    }

    @Override
    public Optional<Trigger> bind(String id, String secret) {
        return Optional.empty();
    }

    @Override
    public boolean delete(String id) {
        return false;
    }

    @Override
    public void touch(String id, long firedAtMillis) {
        touched.add(id);
    }

    @Override
    public void secretUsed(String id, String secretId, long usedAtMillis) {}

    @Override
    public List<WorkflowStore.FileProblem> problems() {
        return List.of();
    }

    @Override
    public boolean isBroken(String id) {
        return false;
    }

    @Override
    public Registration onChange(Runnable listener) {
        return () -> {};
    }
}
