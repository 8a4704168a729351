package io.infloop.rest.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.infloop.core.audit.AuditEvent;
import io.infloop.core.error.ErrorCode;
import io.infloop.core.error.InfloopException;
import io.infloop.core.event.EventHub;
import io.infloop.core.instance.ServerInstance;
import io.infloop.engine.Runs;
import io.infloop.engine.Runs.ActiveRun;
import io.infloop.engine.Workflows;
import io.infloop.engine.Workflows.InputDeclaration;
import io.infloop.spi.json.JsonObject;
import io.infloop.store.RecordStore;
import io.infloop.store.RecordStore.QueueItem;
import io.infloop.store.RecordStore.RunRow;
import io.infloop.store.RecordStore.Waiting;
import io.infloop.store.WorkflowStore;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RunResourcesTest {
    private static final String RUN = "6f1c2d3e-0000-4000-8000-000000000001";
    private static final String TRIGGER_ID = "k3JvQ0a9TtWm2xZpLr8bYg";

    private final List<AuditEvent> audit = new ArrayList<>();
    private final List<ActiveRun> active = new ArrayList<>();
    private final List<String> calls = new ArrayList<>();
    private final List<QueueItem> queue = new ArrayList<>();
    private final List<RunRow> rows = new ArrayList<>();
    private final List<Map<?, ?>> events = new ArrayList<>();
    private Map<?, ?> inputs = Map.of();
    private Optional<InfloopException> refusal = Optional.empty();
    private boolean full;
    private boolean texts;
    private final Runs runs = Fakes.fake(Runs.class, this::runs);
    private final RecordStore records = Fakes.fake(RecordStore.class, this::records);
    private final EventHub hub =
            Fakes.fake(EventHub.class, (method, arguments) -> events.add((Map<?, ?>) arguments[2]));
    private final RunResource run = new RunResource(
            runs,
            Fakes.fake(
                    Workflows.class,
                    (method, arguments) -> arguments[0].equals("triage")
                            ? Optional.of(List.of(new InputDeclaration(
                                    "n", texts ? "string" : "number", Optional.empty(), Optional.empty())))
                            : Optional.empty()),
            Fakes.fake(WorkflowStore.class, (method, arguments) -> Optional.empty()),
            records,
            hub,
            Fakes.audit(audit),
            Clock.systemUTC());
    private final RunStopResource stop = new RunStopResource(
            runs,
            records,
            Fakes.fake(
                    ServerInstance.class,
                    (method, arguments) -> method.equals("id") ? "i1" : "i2".equals(arguments[0])),
            Fakes.audit(audit));
    private final RunsResource history = new RunsResource(
            records, runs, Fakes.fake(io.infloop.workspace.worktree.Worktrees.class, (method, arguments) -> List.of()));
    private final QueueResource queueResource = new QueueResource(records, runs, hub, Fakes.audit(audit));

    private Optional<String> hold = Optional.empty();

    private Object runs(String method, Object[] arguments) {
        calls.add(method);
        return switch (method) {
            case "snapshot" ->
                JsonObject.builder()
                        .put("status", "idle")
                        .put("triggerId", TRIGGER_ID)
                        .build();
            case "active" -> List.copyOf(active);
            case "hold" -> hold;
            case "stop" -> active.stream().anyMatch(one -> one.runId().equals(arguments[0]));
            case "record" ->
                arguments[1].equals(RUN)
                        ? Optional.of(JsonObject.builder()
                                .put("runId", RUN)
                                .put("triggerId", TRIGGER_ID)
                                .build())
                        : Optional.empty();
            case "start" -> {
                refusal.ifPresent(failure -> {
                    throw failure;
                });
                inputs = (Map<?, ?>) arguments[1];
                yield active.isEmpty()
                        ? new Runs.Started(RUN, JsonObject.of("status", "running"))
                        : new Runs.Busy(List.copyOf(active));
            }
            default -> null;
        };
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    private Object records(String method, Object[] arguments) {
        return switch (method) {
            case "enqueue" -> {
                if (full) {
                    yield CompletableFuture.completedFuture(
                            new RecordStore.QueueFull(1, RecordStore.QueueFull.Bound.ITEMS));
                }
                QueueItem item = (QueueItem) arguments[1];
                queue.add(item);
                yield CompletableFuture.completedFuture(new RecordStore.Enqueued(item.queueId(), queue.size()));
            }
            case "run" ->
                rows.stream().filter(row -> row.runId().equals(arguments[0])).findFirst();
            case "waiting" ->
                arguments[0] instanceof String id
                        ? queue.stream()
                                .filter(item -> item.queueId().equals(id))
                                .map(item -> new Waiting(item, 1))
                                .findFirst()
                        : queue.stream()
                                .map(item -> new Waiting(item, queue.indexOf(item) + 1))
                                .toList();
            case "waitingCount" -> queue.size();
            case "history" -> Optional.empty();
            case "remove" ->
                CompletableFuture.completedFuture(
                        queue.removeIf(item -> item.queueId().equals(arguments[0])));
            case "runs" -> {
                calls.add("runs " + arguments[0] + " " + arguments[1] + " " + arguments[2] + " " + arguments[3]);
                yield rows;
            }
            default -> throw new UnsupportedOperationException(method);
        };
    }

    private static ActiveRun activeRun(String runId, String workflowId) {
        return new ActiveRun(runId, workflowId, "cid_aaaaaaaaaaaaaaaa", 5);
    }

    @Test
    void aRunIsStartedWithResolvedInputs() {
        ApiReply reply = Fakes.call(
                run,
                "POST",
                "",
                "{\"workflowId\":\"triage\",\"inputs\":{\"n\":\"3\",\"other\":1}}",
                Map.of("x-correlation-id", "cid_callers-own-id-0"));
        assertThat(Fakes.text(reply))
                .isEqualTo("202 {\"runId\":\"" + RUN
                        + "\",\"state\":{\"status\":\"running\"},\"correlationId\":\"cid_callers-own-id-0\"}");
        assertThat(reply.headers()).containsEntry("x-correlation-id", "cid_callers-own-id-0");
        assertThat(inputs.toString()).isEqualTo("{n=3}");
    }

    @Test
    void refusalsComeInTheSpecifiedOrder() {
        active.add(activeRun(RUN, "triage"));
        assertThat(Fakes.text(Fakes.post(run, "", "{"))).startsWith("400 {\"error\":\"invalid JSON body\"");
        assertThat(Fakes.text(Fakes.post(run, "", "[]"))).isEqualTo("400 {\"error\":\"workflowId is required\"}");
        assertThat(Fakes.text(Fakes.post(run, "", "{\"workflowId\":\"../x\"}")))
                .isEqualTo("404 {\"error\":\"workflow not found: ../x\"}");
        assertThat(Fakes.text(Fakes.post(run, "", "{\"workflowId\":\"triage\",\"inputs\":7}")))
                .isEqualTo("400 {\"error\":\"invalid-inputs\",\"field\":\"n\",\"reason\":\"required\"}");
        assertThat(Fakes.text(Fakes.post(run, "", "{\"workflowId\":\"triage\",\"inputs\":{\"n\":1}}")))
                .isEqualTo("409 {\"error\":\"a run is already active\",\"runId\":\"" + RUN
                        + "\",\"workflowId\":\"triage\",\"active\":[{\"runId\":\"" + RUN
                        + "\",\"workflowId\":\"triage\",\"correlationId\":\"cid_aaaaaaaaaaaaaaaa\",\"startedAt\":5}]}");
    }

    @Test
    void whatTheEngineRefusesHasItsStatus() {
        refusal = Optional.of(new InfloopException(ErrorCode.SHUTTING_DOWN, "the server is stopping"));
        ApiReply stopping = Fakes.post(run, "", "{\"workflowId\":\"triage\",\"inputs\":{\"n\":1}}");
        assertThat(Fakes.text(stopping))
                .isEqualTo("503 {\"error\":\"shutting-down\",\"reason\":\"the server is stopping\"}");
        assertThat(stopping.headers()).containsKey("retry-after");
        refusal = Optional.of(new InfloopException(ErrorCode.INTERNAL, "/home/secret/path"));
        ApiReply defect = Fakes.post(run, "", "{\"workflowId\":\"triage\",\"inputs\":{\"n\":1}}");
        assertThat(Fakes.text(defect))
                .startsWith("500 {\"error\":\"internal-error\",\"correlationId\":\"cid_")
                .doesNotContain("secret");
    }

    @Test
    void aRunCanBeQueued() {
        active.add(activeRun(RUN, "triage"));
        ApiReply reply = Fakes.post(run, "?queue=1", "{\"workflowId\":\"triage\",\"inputs\":{\"n\":1}}");
        assertThat(reply.status()).isEqualTo(202);
        assertThat(Fakes.body(reply).asMap()).containsEntry("queued", true).containsEntry("position", 1L);
        assertThat(queue.get(0).source()).isEqualTo("api");
        assertThat(calls).contains("kick").doesNotContain("start");
        assertThat(audit).extracting(AuditEvent::type).containsExactly("run.queued");
        assertThat(events).hasSize(1);

        full = true;
        ApiReply refused = Fakes.post(run, "?queue=1", "{\"workflowId\":\"triage\",\"inputs\":{\"n\":1}}");
        assertThat(Fakes.text(refused)).isEqualTo("503 {\"error\":\"queue-full\"}");
        assertThat(refused.headers()).containsEntry("retry-after", "30");
    }

    @Test
    void whatIsHeldSaysSo() {
        String body = "{\"workflowId\":\"triage\",\"inputs\":{\"n\":1}}";
        assertThat(Fakes.body(Fakes.post(run, "?queue=1", body)).has("held")).isFalse();
        assertThat(Fakes.body(Fakes.get(queueResource, "")).has("held")).isFalse();

        hold = Optional.of("too dear");
        assertThat(Fakes.body(Fakes.post(run, "?queue=1", body)).bool("held")).contains(true);
        assertThat(Fakes.body(Fakes.get(queueResource, "")).asMap())
                .containsEntry("held", true)
                .containsEntry("holdReason", "too dear")
                .containsEntry("size", 2L);
    }

    @Test
    void stateAndRecordsMaskTheTrigger() {
        assertThat(Fakes.text(Fakes.get(run, ""))).contains("\"triggerId\":\"k3JvQ0…\"");
        assertThat(Fakes.text(Fakes.get(history, "/triage/" + RUN))).contains("\"triggerId\":\"k3JvQ0…\"");
        assertThat(Fakes.text(Fakes.get(history, "/triage/6f1c2d3e-0000-4000-8000-00000000ffff")))
                .isEqualTo("404 {\"error\":\"run not found\"}");
        assertThat(Fakes.text(Fakes.get(history, "/../" + RUN))).isEqualTo("404 {\"error\":\"run not found\"}");
        assertThat(Fakes.text(Fakes.get(history, "/triage"))).isEqualTo("404 {\"error\":\"not-found\"}");
    }

    @Test
    void stoppingNeedsANameOnlyWhenSeveralRun() {
        assertThat(Fakes.post(stop, "", "").status()).isEqualTo(200);
        active.add(activeRun(RUN, "triage"));
        assertThat(Fakes.post(stop, "", "{}").status()).isEqualTo(200);
        assertThat(Fakes.text(Fakes.post(stop, "", "{\"runId\":\"other\"}")))
                .startsWith("409 {\"error\":\"conflict\",\"reason\":\"that run is not active\",\"active\":[{");
        active.add(activeRun("second", "other"));
        assertThat(Fakes.post(stop, "", "").status()).isEqualTo(409);
        assertThat(Fakes.post(stop, "", "{\"runId\":\"second\"}").status()).isEqualTo(200);
        assertThat(Fakes.post(stop, "", "{\"runId\":7}").status()).isEqualTo(400);
        assertThat(Fakes.post(stop, "", "[]").status()).isEqualTo(400);
        assertThat(audit).extracting(AuditEvent::type).containsExactly("run.stop_requested", "run.stop_requested");
        assertThat(Fakes.get(stop, "").headers()).containsEntry("allow", "POST");
    }

    @Test
    void runsAreListedPageByPage() {
        rows.add(new RunRow(
                RUN,
                "triage",
                "Triage",
                3,
                "succeeded",
                "webhook",
                "cid_aaaaaaaaaaaaaaaa",
                Optional.of("q-1-a"),
                Optional.of(TRIGGER_ID),
                "instance",
                100,
                OptionalLong.of(150),
                OptionalDouble.of(0.5),
                Optional.empty(),
                12));
        assertThat(Fakes.text(Fakes.get(history, "?workflowId=&limit=1&before=200")))
                .isEqualTo("200 {\"runs\":[{\"runId\":\"" + RUN
                        + "\",\"workflowId\":\"triage\",\"workflowName\":\"Triage\",\"workflowVersion\":3,\"status\":\"succeeded\","
                        + "\"source\":\"webhook\",\"startedAt\":100,\"finishedAt\":150,\"durationMs\":50,\"eventCount\":12,"
                        + "\"correlationId\":\"cid_aaaaaaaaaaaaaaaa\",\"costUsd\":0.5,\"queueId\":\"q-1-a\","
                        + "\"triggerId\":\"k3JvQ0…\"}],\"nextBefore\":\"100-" + RUN + "\"}");
        Fakes.get(history, "?before=100-" + RUN);
        assertThat(calls)
                .containsExactly(
                        "runs Optional.empty Optional.empty Optional[RunCursor[startedAt=200, runId=]] 1",
                        "runs Optional.empty Optional.empty Optional[RunCursor[startedAt=100, runId=" + RUN + "]] 100");
        for (String query : List.of(
                "limit=0",
                "limit=1001",
                "limit=x",
                "before=-1",
                "before=5-x",
                "before=5-",
                "before=99999999999999999999",
                "status=odd",
                "workflowId=..")) {
            assertThat(Fakes.text(Fakes.get(history, "?" + query)))
                    .as(query)
                    .isEqualTo("400 {\"error\":\"invalid-query\",\"field\":\"" + query.substring(0, query.indexOf('='))
                            + "\"}");
        }
    }

    @Test
    void aRunOfAnotherServerIsStoppedThere() {
        rows.add(row(RUN, "running", "i2"));
        assertThat(Fakes.text(Fakes.post(stop, "", "{\"runId\":\"" + RUN + "\"}")))
                .startsWith(
                        "409 {\"error\":\"conflict\",\"reason\":\"that run runs on another server on the same data (i2);"
                                + " stop it there\"");
        rows.set(0, row(RUN, "running", "dead"));
        assertThat(Fakes.text(Fakes.post(stop, "", "{\"runId\":\"" + RUN + "\"}")))
                .contains("that run is not active");
        rows.set(0, row(RUN, "failed", "i2"));
        assertThat(Fakes.text(Fakes.post(stop, "", "{\"runId\":\"" + RUN + "\"}")))
                .contains("that run is not active");
    }

    private static RunRow row(String runId, String status, String instanceId) {
        return new RunRow(
                runId,
                "triage",
                "Triage",
                3,
                status,
                "webhook",
                "cid_aaaaaaaaaaaaaaaa",
                Optional.empty(),
                Optional.empty(),
                instanceId,
                100,
                OptionalLong.empty(),
                OptionalDouble.empty(),
                Optional.empty(),
                0);
    }

    @Test
    void theQueueShowsLargeInputsInShort() {
        Map<String, Object> large = Map.of(
                "a", "x".repeat(500_000),
                "b", "\u0001".repeat(1_000),
                "c", JsonObject.of("d", "y".repeat(5_000)),
                "e", "short");
        for (int i = 0; i < 300; i++) {
            queue.add(new QueueItem(
                    "q-1-" + i,
                    TRIGGER_ID,
                    "triage",
                    "Triage",
                    "webhook",
                    "cid_aaaaaaaaaaaaaaaa",
                    i == 0 ? Map.of("n", 1L) : large,
                    1));
        }
        JsonObject shown = Fakes.body(Fakes.get(queueResource, ""));
        assertThat(shown.toString().length()).isLessThan(2_000_000);
        List<Object> items = shown.array("items").orElseThrow();
        assertThat(((JsonObject) items.get(0)).has("inputsTruncated")).isFalse();
        for (Object item : items.subList(1, items.size())) {
            assertThat(((JsonObject) item).bool("inputsTruncated")).contains(true);
            assertThat(((JsonObject) item)
                            .object("inputs")
                            .orElseThrow()
                            .toString()
                            .length())
                    .isLessThanOrEqualTo(8 * 1_024);
        }
        assertThat(((JsonObject) items.get(1)).object("inputs").orElseThrow().string("a"))
                .contains("x".repeat(1_024) + "…");
        String last = queue.get(299).queueId();
        assertThat(Fakes.delete(queueResource, "/" + last).status()).isEqualTo(204);
        assertThat(events.get(0).toString()).contains("triggerId=k3JvQ0…").contains("correlationId=cid_");
    }

    @Test
    void inputsHaveABound() {
        texts = true;
        String body = "{\"workflowId\":\"triage\",\"inputs\":{\"n\":\"" + "x".repeat(1_048_570) + "\"}}";
        assertThat(Fakes.text(Fakes.post(run, "", body))).startsWith("413 {\"error\":\"payload-too-large\"");
        assertThat(Fakes.post(run, "?queue=1", body).status()).isEqualTo(413);
        assertThat(Fakes.post(run, "", body.replace("xxxxxxxx", "x")).status()).isEqualTo(202);
    }

    @Test
    void theQueueIsShownAndItemsAreRemoved() {
        Fakes.post(run, "?queue=1", "{\"workflowId\":\"triage\",\"inputs\":{\"n\":1}}");
        String queueId = queue.get(0).queueId();
        JsonObject shown = Fakes.body(Fakes.get(queueResource, ""));
        assertThat(shown.get("size")).isEqualTo(1L);
        assertThat(shown.object("head")).isPresent();
        assertThat(shown.toString()).doesNotContain(queue.get(0).triggerId());
        assertThat(Fakes.delete(queueResource, "/" + queueId).status()).isEqualTo(204);
        assertThat(Fakes.text(Fakes.delete(queueResource, "/" + queueId)))
                .isEqualTo("404 {\"error\":\"not-in-queue\"}");
        assertThat(Fakes.delete(queueResource, "/..").status()).isEqualTo(404);
        assertThat(Fakes.text(Fakes.get(queueResource, ""))).isEqualTo("200 {\"size\":0,\"items\":[]}");
        assertThat(events.get(1).toString()).contains("reason=user-cancelled").contains(queueId);
        assertThat(audit).extracting(AuditEvent::type).containsExactly("run.queued", "queue.removed");
    }
}
