package io.infloop.engine.internal.testing;

import io.infloop.spi.Registration;
import io.infloop.spi.json.Json;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.StoredWorkflow;
import io.infloop.store.WorkflowStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Workflows in memory. */
public final class FakeWorkflows implements WorkflowStore {
    private final Map<String, StoredWorkflow> workflows = new ConcurrentHashMap<>();
    private final AtomicLong generations = new AtomicLong();

    /** A document with single quotes for double ones. */
    public static JsonObject document(String text) {
        return Json.parseObject(text.replace('\'', '"'));
    }

    public FakeWorkflows put(String text) {
        save(document(text), Optional.empty());
        return this;
    }

    @Override
    public Optional<StoredWorkflow> find(String id) {
        return Optional.ofNullable(workflows.get(id));
    }

    @Override
    public List<StoredWorkflow> list() {
        return List.copyOf(workflows.values());
    }

    @Override
    public StoredWorkflow save(JsonObject document, Optional<Long> expectedVersion) {
        String id = document.string("id").orElseThrow();
        long version = find(id).map(StoredWorkflow::version).orElse(0L) + 1;
        StoredWorkflow stored =
                new StoredWorkflow(id, version, 0, document, StoredWorkflow.Source.USER, generations.incrementAndGet());
        workflows.put(id, stored);
        return stored;
    }

    @Override
    public boolean delete(String id) {
        return workflows.remove(id) != null;
    }

    @Override
    public List<FileProblem> problems() {
        return List.of();
    }

    @Override
    public Registration onChange(Consumer<String> listener) {
        return () -> {};
    }
}
