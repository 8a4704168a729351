package io.infloop.launcher.demo;

import io.infloop.launcher.client.ApiClient.Answer;
import io.infloop.launcher.exit.CommandFailure;
import io.infloop.launcher.json.JsonText;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Drops the demo plugin into a working server, replaces it while deliveries are in flight, and removes it. */
final class HotSwap {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration DRAIN_LIMIT = Duration.ofMinutes(2);
    private static final String PLUGIN = "io.infloop.demo.plugin";
    private static final String FIRST = "1.0.0";
    private static final String SECOND = "2.0.0";
    private static final int UNAVAILABLE = 503;
    private static final int MORE_DELIVERIES = 40;

    private final DemoApi api;
    private final Path home;
    private final Path data;
    private final Terminal out;

    HotSwap(DemoApi api, Path home, Path data, Terminal out) {
        this.api = api;
        this.home = home;
        this.data = data;
        this.out = out;
    }

    /**
     * Where deliveries go.
     *
     * @param notedTrigger a GitHub trigger that has nothing to do with the plugin
     * @param pullRequest its delivery
     * @param token of the trigger whose deliveries are proven by the plugin's scheme
     */
    record Senders(String notedTrigger, Delivery pullRequest, String token) {}

    void run(Senders senders, JsonObjectBuilder measured) throws InterruptedException {
        double installed = install();
        out.printf(
                "   %s %s dropped into plugins/: scheme and node type serve after %.0f ms%n", PLUGIN, FIRST, installed);
        String trigger = use(senders);
        Swap swap = replace(trigger, senders);
        double removed = remove(trigger, senders);
        out.printf(
                "   removed: gone after %.0f ms; its own deliveries now get 503 with Retry-After, everybody else's 202%n",
                removed);
        out.printf("   failed requests: %d%n", swap.failed());
        measured.add("pluginVisibleAfterMs", Math.round(installed))
                .add("pluginReplacedAfterMs", Math.round(swap.millis()))
                .add("pluginRemovedAfterMs", Math.round(removed))
                .add("deliveriesDuringReplacement", swap.deliveries())
                .add("failedRequests", swap.failed())
                .add("runsByPluginVersion", versions(swap.runs()));
        if (swap.failed() > 0) {
            throw new CommandFailure(
                    CommandFailure.FINDING, swap.failed() + " requests failed while the plugin was replaced");
        }
    }

    private double install() throws InterruptedException {
        long start = System.nanoTime();
        drop(FIRST);
        active(FIRST);
        Waiting.until(
                SOON,
                "the node type " + Documents.STAMP_TYPE,
                () -> Demo.present(api.hasNodeType(Documents.STAMP_TYPE)));
        return millisSince(start);
    }

    /** A second delivery: its signature is checked by the new scheme, its run executes the new node type. */
    private String use(Senders senders) throws InterruptedException {
        write(
                data.resolve("webhook-plugins"),
                Documents.SENDER + ".json",
                Documents.sender().toString());
        Waiting.until(
                SOON,
                "the webhook source " + Documents.SENDER,
                () -> Demo.present(api.hasWebhookSource(Documents.SENDER)));
        api.saveWorkflow(Documents.stamped());
        String trigger = api.createTrigger(Documents.stampedTrigger(senders.token()));
        int forged = api.send(trigger, Delivery.message("forged", senders.token() + "x"))
                .status();
        if (forged != 401) {
            throw new CommandFailure(
                    CommandFailure.FINDING, "a message with a wrong token was answered with status " + forged);
        }
        api.deliver(trigger, Delivery.message("hello", senders.token()));
        Map<String, Integer> versions = await(1);
        if (!versions.keySet().equals(java.util.Set.of(FIRST))) {
            throw new CommandFailure(CommandFailure.FINDING, "the first message was stamped by " + versions);
        }
        out.println("   a delivery proven by the new scheme ran the new node: stamped by " + FIRST
                + "; a wrong token: 401");
        return trigger;
    }

    private Swap replace(String trigger, Senders senders) throws InterruptedException {
        Load load = new Load(api, trigger, senders);
        load.start();
        try {
            load.awaitMore(MORE_DELIVERIES);
            long start = System.nanoTime();
            drop(SECOND);
            active(SECOND);
            double millis = millisSince(start);
            load.awaitMore(MORE_DELIVERIES);
            load.stop();
            Map<String, Integer> runs = await(1 + load.messages());
            if (!runs.containsKey(SECOND)) {
                throw new CommandFailure(
                        CommandFailure.FINDING, "no message was stamped by " + SECOND + ", only by " + runs.keySet());
            }
            out.printf(
                    "   replaced by %s while %d deliveries came in: serves after %.0f ms; runs by version: %s%n",
                    SECOND, load.sent(), millis, runs);
            load.firstFailure().ifPresent(failure -> out.println("   failed: " + failure));
            return new Swap(millis, load.sent(), load.failed(), runs);
        } finally {
            load.stop();
        }
    }

    private double remove(String trigger, Senders senders) throws InterruptedException {
        long start = System.nanoTime();
        try {
            Files.delete(jar());
        } catch (IOException failure) {
            throw unwritable(failure);
        }
        Waiting.until(
                SOON,
                "the removal of the plugin",
                () -> Demo.present(api.activeVersion(PLUGIN).isEmpty() && !api.hasNodeType(Documents.STAMP_TYPE)));
        double millis = millisSince(start);
        Answer answer = api.send(trigger, Delivery.message("too late", senders.token()));
        if (answer.status() != UNAVAILABLE || !answer.headers().containsKey("retry-after")) {
            throw new CommandFailure(
                    CommandFailure.FINDING,
                    "without its scheme a delivery must get 503 with Retry-After; " + answer.describe());
        }
        api.deliver(senders.notedTrigger(), senders.pullRequest().again());
        return millis;
    }

    private void active(String version) throws InterruptedException {
        try {
            Waiting.until(SOON, "the start of plugin " + PLUGIN + " " + version, () -> api.activeVersion(PLUGIN)
                    .filter(version::equals));
        } catch (CommandFailure late) {
            throw new CommandFailure(
                    CommandFailure.FINDING,
                    late.getMessage() + "; the server says: " + api.describePlugin(PLUGIN),
                    late);
        }
    }

    /**
     * Waits until so many runs of the stamping workflow have ended.
     *
     * @return how many were stamped by which version
     * @throws CommandFailure if one did not succeed
     */
    private Map<String, Integer> await(int runs) throws InterruptedException {
        Waiting.until(
                DRAIN_LIMIT,
                "the end of " + runs + " runs",
                () -> Demo.present(api.settledRuns(Documents.STAMPED).size() >= runs));
        Map<String, Integer> versions = new TreeMap<>();
        for (String runId : api.settledRuns(Documents.STAMPED)) {
            JsonObject run = api.settledRun(Documents.STAMPED, runId).orElse(JsonObject.EMPTY_JSON_OBJECT);
            if (!"succeeded".equals(JsonText.text(run, "status").orElse(""))) {
                throw new CommandFailure(CommandFailure.FINDING, "a run with the new node did not succeed: " + run);
            }
            JsonObject stamp = JsonText.child(JsonText.child(run, "scope"), "stamp-1");
            versions.merge(JsonText.text(stamp, "version").orElse("nobody"), 1, Integer::sum);
        }
        return versions;
    }

    private void drop(String version) {
        try {
            Path plugins = Files.createDirectories(data.resolve("plugins"));
            Path part = plugins.resolve(".demo-plugin.tmp");
            Files.copy(home.resolve("demo/demo-plugin-" + version + ".jar"), part, StandardCopyOption.REPLACE_EXISTING);
            Files.move(part, jar(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            throw unwritable(failure);
        }
    }

    private Path jar() {
        return data.resolve("plugins/demo-plugin.jar");
    }

    private void write(Path directory, String name, String text) {
        try {
            Files.createDirectories(directory);
            Path part = directory.resolve("." + name + ".tmp");
            Files.writeString(part, text);
            Files.move(part, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            throw unwritable(failure);
        }
    }

    private CommandFailure unwritable(IOException failure) {
        return new CommandFailure(
                CommandFailure.CONFIGURATION, data + " cannot be written: " + failure.getMessage(), failure);
    }

    static double millisSince(long start) {
        return (System.nanoTime() - start) / 1e6;
    }

    private static JsonObject versions(Map<String, Integer> runs) {
        JsonObjectBuilder versions = Json.createObjectBuilder();
        runs.forEach(versions::add);
        return versions.build();
    }

    /**
     * What a replacement showed.
     *
     * @param runs how many runs each version did
     */
    private record Swap(double millis, int deliveries, int failed, Map<String, Integer> runs) {
        Swap {
            runs = Map.copyOf(new TreeMap<>(runs));
        }
    }

    /** The optional first failure, as text. */
    static Optional<String> describe(Answer answer) {
        return DemoApi.isAccepted(answer) ? Optional.empty() : Optional.of(answer.describe());
    }
}
