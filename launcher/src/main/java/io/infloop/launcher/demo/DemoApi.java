package io.infloop.launcher.demo;

import io.infloop.launcher.client.ApiClient;
import io.infloop.launcher.client.ApiClient.Answer;
import io.infloop.launcher.exit.CommandFailure;
import io.infloop.launcher.json.JsonText;
import jakarta.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The calls of the demonstration. */
final class DemoApi {
    private static final int ACCEPTED = 202;
    private static final Set<String> SETTLED = Set.of("succeeded", "failed", "cancelled");

    private final ApiClient api;

    DemoApi(ApiClient api) {
        this.api = api;
    }

    void saveWorkflow(JsonObject workflow) throws InterruptedException {
        api.post("/api/workflows", workflow).json();
    }

    /** @return the trigger's id */
    String createTrigger(JsonObject trigger) throws InterruptedException {
        JsonObject created = JsonText.child(api.post("/api/triggers", trigger).json(), "trigger");
        return JsonText.text(created, "id")
                .orElseThrow(() -> new CommandFailure(CommandFailure.FINDING, "the new trigger has no id"));
    }

    Answer send(String triggerId, Delivery delivery) throws InterruptedException {
        return api.send("POST", "/api/webhook/" + triggerId, delivery.body(), delivery.headers());
    }

    /**
     * Sends a delivery that must be accepted.
     *
     * @return the correlation id
     */
    String deliver(String triggerId, Delivery delivery) throws InterruptedException {
        Answer answer = send(triggerId, delivery);
        if (answer.status() != ACCEPTED) {
            throw new CommandFailure(CommandFailure.FINDING, answer.describe());
        }
        return correlation(answer);
    }

    static boolean isAccepted(Answer answer) {
        return answer.status() == ACCEPTED;
    }

    static String correlation(Answer answer) {
        return JsonText.text(answer.json(), "correlationId")
                .orElseThrow(
                        () -> new CommandFailure(CommandFailure.FINDING, "an accepted delivery has no correlation id"));
    }

    boolean isHealthy() throws InterruptedException {
        return api.get("/api/health").status() == 200;
    }

    boolean hasWebhookSource(String id) throws InterruptedException {
        return contains("/api/webhook-plugins", "plugins", id);
    }

    boolean hasProvider(String id) throws InterruptedException {
        return contains("/api/providers", "providers", id);
    }

    boolean hasNodeType(String id) throws InterruptedException {
        JsonObject answer = api.get("/api/node-types").json();
        return answer.values().stream()
                .filter(jakarta.json.JsonArray.class::isInstance)
                .flatMap(list -> list.asJsonArray().stream())
                .filter(JsonObject.class::isInstance)
                .anyMatch(type ->
                        id.equals(JsonText.text(type.asJsonObject(), "id").orElse("")));
    }

    /** The version in which a plugin serves; empty when it does not. */
    Optional<String> activeVersion(String pluginId) throws InterruptedException {
        return JsonText.children(api.get("/api/plugins").json(), "plugins").stream()
                .filter(plugin -> pluginId.equals(JsonText.text(plugin, "id").orElse("")))
                .filter(plugin ->
                        "active".equalsIgnoreCase(JsonText.text(plugin, "state").orElse("")))
                .findFirst()
                .flatMap(plugin -> JsonText.text(plugin, "version"));
    }

    /** What the server says about a plugin that does not become active; for people. */
    String describePlugin(String pluginId) throws InterruptedException {
        return JsonText.children(api.get("/api/plugins").json(), "plugins").stream()
                .filter(plugin -> pluginId.equals(JsonText.text(plugin, "id").orElse("")))
                .map(JsonObject::toString)
                .findFirst()
                .orElse("not listed");
    }

    /** A run's record once it has ended. */
    Optional<JsonObject> settledRun(String workflowId, String runId) throws InterruptedException {
        Answer answer = api.get("/api/runs/" + workflowId + "/" + runId);
        if (answer.status() == 404) {
            return Optional.empty();
        }
        JsonObject run = JsonText.child(answer.json(), "run");
        return JsonText.text(run, "status").filter(SETTLED::contains).map(status -> run);
    }

    /** Ids of the ended runs of a workflow. */
    List<String> settledRuns(String workflowId) throws InterruptedException {
        return JsonText.children(api.get("/api/runs?workflowId=" + workflowId).json(), "runs").stream()
                .filter(run ->
                        JsonText.text(run, "status").filter(SETTLED::contains).isPresent())
                .flatMap(run -> JsonText.text(run, "runId").stream())
                .toList();
    }

    private boolean contains(String path, String list, String id) throws InterruptedException {
        return JsonText.children(api.get(path).json(), list).stream()
                .anyMatch(entry -> id.equals(JsonText.text(entry, "id").orElse("")));
    }
}
