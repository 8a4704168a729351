package io.infloop.launcher.demo;

import io.infloop.launcher.client.ApiClient;
import io.infloop.launcher.exit.CommandFailure;
import io.infloop.launcher.json.JsonText;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Follows the server's event stream: prints the runs of one workflow as they go, and knows which run belongs to which correlation id. */
final class LiveView implements AutoCloseable {
    private static final String PREFIX = "  │   ";
    private static final long CONNECT_SECONDS = 10;
    private static final Duration SHOWN_LIMIT = Duration.ofSeconds(20);

    private final Terminal out;
    private final String shownWorkflow;
    private final Map<String, String> runsByCorrelation = new ConcurrentHashMap<>();
    private final Map<String, String> workflowsByRun = new ConcurrentHashMap<>();
    private final CountDownLatch connected = new CountDownLatch(1);
    private final Thread reader;
    private final Set<String> ended = ConcurrentHashMap.newKeySet();
    private final AtomicInteger snapshots = new AtomicInteger();

    /** @param shownWorkflow id of the workflow whose runs are printed */
    LiveView(ApiClient api, String shownWorkflow, Terminal out) {
        this.out = out;
        this.shownWorkflow = shownWorkflow;
        this.reader = new Thread(() -> follow(api), "infloop-demo-events");
        reader.setDaemon(true);
    }

    /** Connects, and returns when the first event has come. */
    void open() throws InterruptedException {
        reader.start();
        if (!connected.await(CONNECT_SECONDS, TimeUnit.SECONDS)) {
            throw new CommandFailure(
                    CommandFailure.FINDING, "the event stream sent nothing within " + CONNECT_SECONDS + " s");
        }
    }

    /** The run that was started for a delivery, once it has started. */
    Optional<String> runOf(String correlationId) {
        return Optional.ofNullable(runsByCorrelation.get(correlationId));
    }

    /** Waits until the end of a run was shown, or cannot be any more because the server skipped events for a slow reader. */
    void awaitEnd(String runId) throws InterruptedException {
        Waiting.until(
                SHOWN_LIMIT,
                "the event of the end of run " + runId,
                () -> Demo.present(ended.contains(runId) || snapshots.get() > 1));
    }

    @Override
    public void close() {
        reader.interrupt();
    }

    private void follow(ApiClient api) {
        try (Stream<String> lines = api.events()) {
            lines.filter(line -> line.startsWith("data:")).forEach(line -> event(line.substring("data:".length())));
        } catch (UncheckedIOException | CommandFailure ended) {
            // The server stopped, or the check that waits for an event will say so.
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private void event(String data) {
        try {
            JsonObject event = JsonText.object(data.strip());
            connected.countDown();
            String type = JsonText.text(event, "type").orElse("");
            Optional<String> run = JsonText.text(event, "runId");
            if (type.equals("run_started") && run.isPresent()) {
                workflowsByRun.put(run.get(), JsonText.text(event, "workflowId").orElse(""));
                JsonText.text(event, "correlationId").ifPresent(id -> runsByCorrelation.put(id, run.get()));
            }
            if (run.filter(id -> shownWorkflow.equals(workflowsByRun.get(id))).isPresent()) {
                show(type, event);
            }
            if (type.equals("state_snapshot")) {
                snapshots.incrementAndGet();
            }
            if (type.equals("run_finished") && run.isPresent()) {
                ended.add(run.get());
            }
        } catch (IOException notJson) {
            out.println("  (an event that is no JSON)");
        }
    }

    private void show(String type, JsonObject event) {
        String node = JsonText.text(event, "nodeId").orElse("");
        switch (type) {
            case "run_started" ->
                out.println("  ┌ run " + JsonText.text(event, "runId").orElse("") + " started");
            case "node_started" ->
                out.println(
                        "  │ " + node + " (" + JsonText.text(event, "nodeType").orElse("") + ")");
            case "stdout_chunk" -> out.part(PREFIX, JsonText.text(event, "line").orElse(""));
            case "node_finished" ->
                out.println(
                        "  │ " + node + " → " + JsonText.text(event, "branch").orElse(""));
            case "error" ->
                out.println("  │ error: " + JsonText.text(event, "message").orElse(""));
            case "run_finished" ->
                out.println("  └ run " + JsonText.text(event, "status").orElse(""));
            default -> {
                // Other events are not for the terminal.
            }
        }
    }
}
