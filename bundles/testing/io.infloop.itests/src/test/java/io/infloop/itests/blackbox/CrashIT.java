package io.infloop.itests.blackbox;

import static io.infloop.itests.support.Fixtures.SECRET;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.itests.support.Command;
import io.infloop.itests.support.Distribution;
import io.infloop.itests.support.Fixtures;
import io.infloop.itests.support.GitHub;
import io.infloop.itests.support.Processes;
import io.infloop.itests.support.Server;
import io.infloop.itests.support.Server.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Servers that die at any instant, and what those that follow find. */
class CrashIT {
    private static final int SENDERS = 4;
    private static final int WORKING_PER_ROUND = 3;
    private static final int ROUNDS = Integer.getInteger("infloop.kills", 15);

    /**
     * Each round is a server that dies while senders send and agents work, or while it is still starting. An agent has a child in its
     * own session and one in a session of that child's own; all of a round are recognised by an argument.
     */
    @Test
    void killedServersLoseNothingRunNothingTwiceAndLeaveNoProcess() throws Exception {
        Path data = Distribution.temporaryDirectory("crash").resolve("data");
        Random random = new Random(20_261_121);
        Deliveries deliveries = new Deliveries();
        Fixtures.dropAgent(data, "worker", "");
        int withChildren = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String mark = mark(round);
            writeAgent(data, mark);
            if (round % 2 == 1) {
                Server starting = setup(data).launch();
                TimeUnit.MILLISECONDS.sleep(random.nextInt(2_000));
                starting.kill();
                continue;
            }
            Server server = setup(data).start();
            assertThat(leftOf(round))
                    .as("processes of earlier rounds, once the server listens")
                    .isEmpty();
            if (round == 0) {
                deliveries.prepare(server, data);
            }
            Set<String> before = Set.copyOf(deliveries.acknowledged);
            AtomicBoolean stop = new AtomicBoolean();
            ExecutorService senders = deliveries.send(server, stop);
            Fixtures.await()
                    .until(() -> deliveries.acknowledged.size() >= before.size() + 20
                            && !Processes.withArgument(mark).isEmpty());
            TimeUnit.MILLISECONDS.sleep(random.nextInt(300));
            withChildren += Processes.withArgument(mark).isEmpty() ? 0 : 1;
            server.kill();
            stop.set(true);
            senders.shutdown();
            assertThat(senders.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(withChildren).as("rounds whose server died with children").isPositive();
        writeAgent(data, mark(ROUNDS));
        try (Server server = setup(data).start()) {
            assertThat(leftOf(ROUNDS)).isEmpty();
            deliveries.sendUnanswered(server);
            Fixtures.await().atMost(Duration.ofSeconds(120)).until(() -> isIdle(server));
            Fixtures.await().until(() -> leftOf(ROUNDS + 1).isEmpty());
            deliveries.assertEachRanOnce(data);
        }
        assertAuditedOnce(data);
        assertAuditVerifies(data);
    }

    private static Server.Setup setup(Path data) {
        return Server.on(data).with("INFLOOP_RUN_HISTORY_LIMIT", "1000000");
    }

    private static String mark(int round) {
        return "300." + (ProcessHandle.current().pid() * 1_000 + round);
    }

    private static List<Long> leftOf(int roundsBefore) {
        List<Long> left = new ArrayList<>();
        for (int round = 0; round < roundsBefore; round++) {
            left.addAll(Processes.withArgument(mark(round)));
        }
        return left;
    }

    /** In one step: shells read their scripts as they go. */
    private static void writeAgent(Path data, String mark) throws IOException {
        Path program = data.resolveSibling("worker.sh");
        Path next = data.resolveSibling("worker.next");
        Files.writeString(
                next,
                "#!/bin/sh\nsleep " + mark + " >/dev/null 2>&1 &\nsetsid sleep " + mark
                        + " >/dev/null 2>&1 </dev/null &\nsleep 0.3\n" + Fixtures.agentScript("done"));
        Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rwx------"));
        Files.move(next, program, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static boolean isIdle(Server server) {
        return server.get("/api/triggers/queue").json().path("size").asInt() == 0
                && server.get("/api/run").json().path("state").path("active").size() == 0;
    }

    /** A delivery, which has the same id each time it is sent. */
    private record Parcel(String trigger, int number, String id) {}

    /**
     * Deliveries of two kinds, and those that were acknowledged. What a dead server did not answer is sent again, as senders do: it may
     * have been stored or not.
     */
    private static final class Deliveries {
        private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        private final Queue<Parcel> unanswered = new ConcurrentLinkedQueue<>();
        private final AtomicInteger number = new AtomicInteger();
        private String quick = "";
        private String working = "";

        void prepare(Server server, Path data) {
            Fixtures.saveWorkflow(server, Fixtures.quickWorkflow("crash"));
            Fixtures.awaitProvider(server, "worker");
            Fixtures.saveWorkflow(server, Fixtures.agentWorkflow("crash-agent", "worker", data.getParent()));
            quick = Fixtures.gitHubTrigger(server, "crash");
            working = Fixtures.gitHubTrigger(server, "crash-agent");
        }

        /** Many quick ones, and few that start processes. */
        ExecutorService send(Server server, AtomicBoolean stop) {
            ExecutorService senders = Executors.newFixedThreadPool(SENDERS + 1);
            for (int i = 0; i < SENDERS; i++) {
                senders.execute(() -> {
                    while (!stop.get() && send(server, quick)) {
                        // On and on.
                    }
                });
            }
            senders.execute(() -> {
                for (int i = 0; i < WORKING_PER_ROUND && send(server, working); i++) {
                    // A few.
                }
            });
            return senders;
        }

        /** @return false when the server is dead */
        private boolean send(Server server, String trigger) {
            Parcel again = unanswered.poll();
            return send(
                    server,
                    again == null
                            ? new Parcel(
                                    trigger,
                                    number.incrementAndGet(),
                                    UUID.randomUUID().toString())
                            : again);
        }

        private boolean send(Server server, Parcel parcel) {
            try {
                Answer answer = server.send(GitHub.delivery(
                        server,
                        parcel.trigger(),
                        "pull_request",
                        SECRET,
                        GitHub.pullRequest("opened", parcel.number(), "fix"),
                        parcel.id()));
                if (answer.status() == 202) {
                    acknowledged.add(answer.json().path("correlationId").asText());
                } else {
                    unanswered.add(parcel);
                }
                return true;
            } catch (UncheckedIOException serverDied) {
                unanswered.add(parcel);
                return false;
            }
        }

        void sendUnanswered(Server server) {
            for (Parcel parcel = unanswered.poll(); parcel != null; parcel = unanswered.poll()) {
                assertThat(send(server, parcel)).isTrue();
            }
        }

        void assertEachRanOnce(Path data) throws IOException {
            Map<String, Integer> finished = new HashMap<>();
            for (String workflow : List.of("crash", "crash-agent")) {
                for (JsonNode run : finishedRuns(data.resolve("runs").resolve(workflow))) {
                    String status = run.path("status").asText();
                    assertThat(status).isIn("succeeded", "failed");
                    if (status.equals("failed")) {
                        assertThat(run.path("errorMessage").asText())
                                .isEqualTo("interrupted: the server stopped before this run finished");
                    }
                    finished.merge(run.path("correlationId").asText(), 1, Integer::sum);
                }
            }
            assertThat(finished.keySet())
                    .as("every delivery ran, and none became another one by being sent again")
                    .isEqualTo(acknowledged);
            assertThat(acknowledged).hasSize(number.get());
            assertThat(finished.values()).as("none ran twice").containsOnly(1);
        }
    }

    /** Every run that the audit saw begin has one end in it, and only one. */
    private static void assertAuditedOnce(Path data) throws IOException {
        Set<String> started = new HashSet<>();
        Map<String, Integer> finished = new HashMap<>();
        try (Stream<Path> files = Files.list(data.resolve("audit"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".jsonl")).toList()) {
                for (String text : Files.readAllLines(file)) {
                    if (text.contains("\"run.started\"") || text.contains("\"run.finished\"")) {
                        JsonNode line = Server.JSON.readTree(text);
                        String runId = line.path("runId").asText();
                        if (line.path("type").asText().equals("run.started")) {
                            started.add(runId);
                        } else {
                            finished.merge(runId, 1, Integer::sum);
                        }
                    }
                }
            }
        }
        assertThat(started).isNotEmpty();
        assertThat(finished.keySet()).containsAll(started);
        assertThat(finished.values()).containsOnly(1);
    }

    /** The chain holds over all the deaths, and the check is one that would have seen a lost line. */
    private static void assertAuditVerifies(Path data) throws IOException {
        Command.Result intact = Command.run(data, "audit", "verify");
        assertThat(intact.exit()).as(intact.output()).isZero();
        assertThat(intact.output()).startsWith("The audit log is intact.");
        Path log = data.resolve("audit/audit.jsonl");
        List<String> lines = Files.readAllLines(log);
        lines.remove(lines.size() / 2);
        Files.write(log, lines);
        assertThat(Command.run(data, "audit", "verify").exit()).isEqualTo(1);
    }

    /** The last lines of all journals. */
    private static List<JsonNode> finishedRuns(Path journals) throws IOException {
        try (Stream<Path> files = Files.list(journals)) {
            List<JsonNode> runs = new ArrayList<>();
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".jsonl")).toList()) {
                List<String> lines = Files.readAllLines(file);
                JsonNode last = Server.JSON.readTree(lines.get(lines.size() - 1));
                assertThat(last.path("type").asText()).as(file.toString()).isEqualTo("run_finished");
                runs.add(last);
            }
            return runs;
        }
    }

    @Test
    void interruptedRunsAreRecordedAndTheirChildrenKilled() throws IOException {
        Path data = Distribution.temporaryDirectory("orphan").resolve("data");
        Path child = data.resolveSibling("child");
        // Without a namespace: there children die with their server, and nobody has to find them.
        Server first = Server.on(data).with("INFLOOP_SANDBOX", "off").start();
        Fixtures.saveWorkflow(first, Fixtures.sleepingWorkflow("orphan", child));
        Answer started = first.post("/api/run", "{\"workflowId\":\"orphan\"}");
        long pid = Fixtures.awaitPid(child);
        first.kill();
        assertThat(ProcessHandle.of(pid)).isPresent();

        try (Server second = Server.on(data).start()) {
            Fixtures.await()
                    .until(() ->
                            !ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
            JsonNode run = Fixtures.awaitRun(
                    second, "orphan", started.json().path("correlationId").asText());
            assertThat(run.path("status").asText()).isEqualTo("failed");
            assertThat(run.path("errorMessage").asText())
                    .isEqualTo("interrupted: the server stopped before this run finished");
            assertThat(run.path("events").size()).isPositive();
        }
    }

    @Test
    void aBrokenDatabaseIsSetAsideAndTheServerServes() throws IOException {
        Path data = Distribution.temporaryDirectory("corrupt").resolve("data");
        Files.createDirectories(data);
        Files.writeString(
                data.resolve("store.db"), "this is not a database, and long enough to be looked at ".repeat(100));
        try (Server server = Server.on(data).start()) {
            Fixtures.saveWorkflow(server, Fixtures.quickWorkflow("corrupt"));
            String trigger = Fixtures.gitHubTrigger(server, "corrupt");
            assertThat(server.send(GitHub.delivery(
                                    server, trigger, "pull_request", SECRET, GitHub.pullRequest("opened", 1, "fix")))
                            .status())
                    .isEqualTo(202);
            try (var files = Files.list(data)) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .anyMatch(name -> name.startsWith("store.db.corrupt-"));
            }
        }
    }
}
