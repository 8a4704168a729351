package io.infloop.launcher.demo;

import io.infloop.launcher.client.ApiClient;
import io.infloop.launcher.client.TokenSource;
import io.infloop.launcher.exit.CommandFailure;
import io.infloop.launcher.handover.Environment;
import io.infloop.launcher.json.JsonText;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Shows that the product does what it says, and fails when it does not: every line it prints was checked first. */
public final class Demo {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration RUN_LIMIT = Duration.ofMinutes(5);
    private static final int SECRET_BYTES = 24;

    private final Path home;
    private final Environment environment;
    private final Optional<Path> chosenDirectory;
    private final DemoAgent agent;
    private final Terminal out;
    private final JsonObjectBuilder measured = Json.createObjectBuilder();

    /** @param chosenDirectory for the data; empty for a temporary one */
    public Demo(Path home, Environment environment, Optional<Path> chosenDirectory, DemoAgent agent, PrintStream out) {
        this.home = home;
        this.environment = environment;
        this.chosenDirectory = chosenDirectory;
        this.agent = agent;
        this.out = new Terminal(out);
    }

    /**
     * Runs the demonstration.
     *
     * @param stay whether the server stays up afterwards, until this process is stopped
     * @param result gets what was measured, once everything has happened
     * @return 0
     * @throws CommandFailure with the reason if anything did not happen as it should
     */
    public int run(boolean stay, Consumer<JsonObject> result) throws InterruptedException {
        DemoDirectory directory = DemoDirectory.create(chosenDirectory);
        Path data = directory.data();
        out.println("Infinite Loop, a demonstration with a server of its own and fresh data in " + data);
        try {
            agent.manifest().ifPresent(manifest -> directory.addProvider(agent.providerId(), manifest));
            try (DemoServer server = DemoServer.start(home, withoutToken(), directory)) {
                out.println("The server listens at " + server.server().url() + " (log: " + server.log() + ")");
                ApiClient api = new ApiClient(server.server().url(), new TokenSource(withoutToken(), Optional.empty()));
                try (LiveView live = new LiveView(api, Documents.REVIEW, out)) {
                    live.open();
                    show(new DemoApi(api), live, directory);
                }
                result.accept(measured.add("result", "ok")
                        .add("data", data.toString())
                        .build());
                if (stay) {
                    stay(server, directory);
                } else {
                    out.println("Everything happened as it should.");
                }
            }
            return 0;
        } finally {
            out.println("Everything is kept in " + directory.root() + " (log: server.log); remove it with: rm -r "
                    + directory.root());
        }
    }

    private void show(DemoApi api, LiveView live, DemoDirectory directory) throws InterruptedException {
        Path data = directory.data();
        String secret = secret();
        Waiting.until(SOON, "the provider " + agent.providerId(), () -> present(api.hasProvider(agent.providerId())));
        api.saveWorkflow(Documents.review(agent, directory.workspace()));
        api.saveWorkflow(Documents.noted());
        String review = api.createTrigger(Documents.reviewTrigger(secret));
        String noted = api.createTrigger(Documents.notedTrigger(secret));
        Delivery delivery = Delivery.pullRequestOpened(home, secret);

        out.println();
        out.println("1. A signed GitHub delivery runs an agent workflow");
        out.println("   The agent is " + agent.description() + ".");
        forgery(api, review, delivery);
        review(api, live, data, review, delivery);

        HotSwap swap = new HotSwap(api, home, data, out);
        HotSwap.Senders senders = new HotSwap.Senders(noted, delivery, secret());
        out.println();
        out.println("2. A plugin comes, changes and goes while the server works");
        swap.run(senders, measured);
        String correlation = api.deliver(review, delivery.again());
        finished(api, live, correlation);
        out.println("   the first workflow still runs: " + correlation);
        printPlaces(data, api);
    }

    private void forgery(DemoApi api, String trigger, Delivery delivery) throws InterruptedException {
        int status = api.send(trigger, delivery.forged()).status();
        if (status != 401) {
            throw new CommandFailure(
                    CommandFailure.FINDING, "a delivery with a wrong signature was answered with status " + status);
        }
        out.println("   One digit of the signature changed: refused with 401.");
    }

    private void review(DemoApi api, LiveView live, Path data, String trigger, Delivery delivery)
            throws InterruptedException {
        long sent = System.nanoTime();
        String correlation = api.deliver(trigger, delivery);
        double acceptMillis = HotSwap.millisSince(sent);
        out.printf(
                "   Sent pull_request opened, %,d bytes, signed: 202 after %.0f ms, %s%n",
                delivery.size(), acceptMillis, correlation);
        JsonObject run = finished(api, live, correlation);
        JsonObject scope = JsonText.child(run, "scope");
        expect(JsonText.child(scope, "agent-1"), "exitCode", "0");
        expect(JsonText.child(scope, "branch-1"), "result", "true");
        String runId = JsonText.text(run, "runId").orElse("");
        Path journal = journal(data, runId);
        Path audit = data.resolve("audit/audit.jsonl");
        AuditTrail.check(audit, correlation);
        out.println("   journal  " + journal);
        out.println("   audit    grep " + correlation + " " + audit);
        AuditTrail.lines(audit, correlation).forEach(line -> out.println("            " + line));
        measured.add("deliveryBytes", delivery.size())
                .add("acceptedAfterMs", Math.round(acceptMillis))
                .add("correlationId", correlation)
                .add("runId", runId)
                .add("journal", journal.toString());
    }

    /** The record of the run that a delivery started, after it has succeeded. */
    private static JsonObject finished(DemoApi api, LiveView live, String correlation) throws InterruptedException {
        String runId = Waiting.until(SOON, "the start of the run of " + correlation, () -> live.runOf(correlation));
        JsonObject run =
                Waiting.until(RUN_LIMIT, "the end of run " + runId, () -> api.settledRun(Documents.REVIEW, runId));
        expect(run, "status", "succeeded");
        live.awaitEnd(runId);
        return run;
    }

    private static void expect(JsonObject object, String name, String wanted) {
        String value = JsonText.text(object, name).orElse("absent");
        if (!value.equals(wanted)) {
            throw new CommandFailure(
                    CommandFailure.FINDING,
                    "the run's " + name + " is " + value + ", expected " + wanted + ": " + object);
        }
    }

    private static Path journal(Path data, String runId) throws InterruptedException {
        Path directory = data.resolve("runs").resolve(Documents.REVIEW);
        return Waiting.until(SOON, "the journal of run " + runId, () -> {
            try (Stream<Path> files = Files.list(directory)) {
                return files.filter(file -> file.getFileName().toString().startsWith(runId + ".jsonl"))
                        .findFirst();
            } catch (IOException notYet) {
                return Optional.empty();
            }
        });
    }

    private void printPlaces(Path data, DemoApi api) throws InterruptedException {
        if (!api.isHealthy()) {
            throw new CommandFailure(CommandFailure.FINDING, "the server is not healthy at the end");
        }
        out.println("   the server is healthy; its data is in " + data);
    }

    private void stay(DemoServer server, DemoDirectory directory) throws InterruptedException {
        out.println();
        out.println("The server stays up until Ctrl-C. For example:");
        out.println("   curl " + server.server().url() + "/api/runs");
        out.println("   curl -N " + server.server().url() + "/api/events");
        out.println(
                "   ls " + directory.data() + "    (kept afterwards; remove all with: rm -r " + directory.root() + ")");
        server.await();
    }

    private Environment withoutToken() {
        Map<String, String> variables = new java.util.HashMap<>(environment.variables());
        variables.remove(Environment.API_TOKEN);
        return new Environment(variables);
    }

    static Optional<Boolean> present(boolean there) {
        return there ? Optional.of(true) : Optional.empty();
    }

    private static String secret() {
        byte[] random = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }
}
