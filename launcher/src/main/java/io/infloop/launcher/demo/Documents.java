package io.infloop.launcher.demo;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.nio.file.Path;
import java.util.Map;

/** The workflows, triggers and the webhook source of the demonstration. */
final class Documents {
    static final String REVIEW = "pull-request-review";
    static final String STAMPED = "stamped-message";
    static final String NOTED = "noted-delivery";
    static final String SENDER = "demo-sender";
    static final String TOKEN_HEADER = "x-demo-token";
    static final String STAMP_TYPE = "demo-stamp";
    static final String SCHEME = "demo-token";

    private Documents() {}

    /** start → agent → branch → end; the branch looks for the agent's verdict. */
    static JsonObject review(DemoAgent agent, Path workingDirectory) {
        String prompt =
                """
                Review this pull request of {{inputs.repository}} and say in a few sentences what it does.
                Do not change any file. Write as the last line exactly "VERDICT: APPROVE" or "VERDICT: REJECT".
                Title: {{inputs.title}}
                Changed files: {{inputs.files}}
                Description:
                {{inputs.description}}
                """;
        return workflow(REVIEW, "Pull request review")
                .add(
                        "inputs",
                        Json.createArrayBuilder()
                                .add(input("repository"))
                                .add(input("title"))
                                .add(input("files"))
                                .add(input("description")))
                .add(
                        "nodes",
                        Json.createArrayBuilder()
                                .add(node("start-1", "start", 0, Map.of()))
                                .add(node(
                                        "agent-1",
                                        "agent",
                                        1,
                                        Map.of(
                                                "providerId",
                                                agent.providerId(),
                                                "prompt",
                                                prompt,
                                                "cwd",
                                                workingDirectory.toString())))
                                .add(node(
                                        "branch-1",
                                        "branch",
                                        2,
                                        Map.of(
                                                "lhs",
                                                "{{agent-1.stdout}}",
                                                "op",
                                                "contains",
                                                "rhs",
                                                "VERDICT: APPROVE")))
                                .add(node("end-1", "end", 3, Map.of("outcome", "succeeded")))
                                .add(node("end-2", "end", 3, Map.of("outcome", "failed"))))
                .add(
                        "edges",
                        Json.createArrayBuilder()
                                .add(edge("e_1", "start-1", "next", "agent-1"))
                                .add(edge("e_2", "agent-1", "next", "branch-1"))
                                .add(edge("e_3", "agent-1", "error", "end-2"))
                                .add(edge("e_4", "branch-1", "true", "end-1"))
                                .add(edge("e_5", "branch-1", "false", "end-2")))
                .build();
    }

    /** start → demo-stamp → end. */
    static JsonObject stamped() {
        return workflow(STAMPED, "Stamped message")
                .add("inputs", Json.createArrayBuilder().add(input("text")))
                .add(
                        "nodes",
                        Json.createArrayBuilder()
                                .add(node("start-1", "start", 0, Map.of()))
                                .add(node("stamp-1", STAMP_TYPE, 1, Map.of("text", "{{inputs.text}}")))
                                .add(node("end-1", "end", 2, Map.of("outcome", "succeeded"))))
                .add(
                        "edges",
                        Json.createArrayBuilder()
                                .add(edge("e_1", "start-1", "next", "stamp-1"))
                                .add(edge("e_2", "stamp-1", "next", "end-1")))
                .build();
    }

    /** start → end. */
    static JsonObject noted() {
        return workflow(NOTED, "Noted delivery")
                .add(
                        "nodes",
                        Json.createArrayBuilder()
                                .add(node("start-1", "start", 0, Map.of()))
                                .add(node("end-1", "end", 1, Map.of("outcome", "succeeded"))))
                .add("edges", Json.createArrayBuilder().add(edge("e_1", "start-1", "next", "end-1")))
                .build();
    }

    static JsonObject reviewTrigger(String secret) {
        return trigger("Pull request opened", REVIEW, "github", "pull_request", secret)
                .add(
                        "match",
                        Json.createArrayBuilder()
                                .add(Json.createObjectBuilder()
                                        .add("lhs", "{{body.action}}")
                                        .add("op", "==")
                                        .add("rhs", "opened")))
                .add(
                        "inputs",
                        Json.createObjectBuilder()
                                .add("repository", "{{body.repository.full_name}}")
                                .add("title", "{{body.pull_request.title}}")
                                .add("files", "{{body.pull_request.changed_files}}")
                                .add("description", "{{body.pull_request.body}}"))
                .build();
    }

    static JsonObject notedTrigger(String secret) {
        return trigger("Pull request noted", NOTED, "github", "pull_request", secret)
                .add("match", Json.createArrayBuilder())
                .add("inputs", Json.createObjectBuilder())
                .build();
    }

    static JsonObject stampedTrigger(String secret) {
        return trigger("Message to stamp", STAMPED, SENDER, "", secret)
                .add("match", Json.createArrayBuilder())
                .add("inputs", Json.createObjectBuilder().add("text", "{{body.text}}"))
                .build();
    }

    /** A webhook source whose requests are signed with the scheme of the plugin. */
    static JsonObject sender() {
        return Json.createObjectBuilder()
                .add("id", SENDER)
                .add("displayName", "Demo sender")
                .add(
                        "events",
                        Json.createArrayBuilder()
                                .add(Json.createObjectBuilder()
                                        .add("type", "message")
                                        .add("displayName", "Message")
                                        .add(
                                                "fields",
                                                Json.createArrayBuilder()
                                                        .add(Json.createObjectBuilder()
                                                                .add("path", "body.text")
                                                                .add("type", "string")))
                                        .add(
                                                "examplePayload",
                                                Json.createObjectBuilder().add("text", "hello"))))
                .add(
                        "signature",
                        Json.createObjectBuilder().add("scheme", SCHEME).add("header", TOKEN_HEADER))
                .build();
    }

    private static JsonObjectBuilder workflow(String id, String name) {
        return Json.createObjectBuilder().add("id", id).add("name", name);
    }

    private static JsonObject input(String name) {
        return Json.createObjectBuilder()
                .add("name", name)
                .add("type", "string")
                .build();
    }

    private static JsonObject node(String id, String type, int column, Map<String, String> config) {
        JsonObjectBuilder settings = Json.createObjectBuilder();
        config.forEach(settings::add);
        return Json.createObjectBuilder()
                .add("id", id)
                .add("type", type)
                .add(
                        "position",
                        Json.createObjectBuilder().add("x", column * 260).add("y", 0))
                .add("config", settings)
                .build();
    }

    private static JsonObject edge(String id, String source, String handle, String target) {
        return Json.createObjectBuilder()
                .add("id", id)
                .add("source", source)
                .add("sourceHandle", handle)
                .add("target", target)
                .add("targetHandle", "in")
                .build();
    }

    private static JsonObjectBuilder trigger(
            String name, String workflowId, String pluginId, String eventType, String secret) {
        JsonObjectBuilder trigger = Json.createObjectBuilder()
                .add("name", name)
                .add("enabled", true)
                .add("workflowId", workflowId)
                .add("pluginId", pluginId)
                .add("secret", secret);
        if (!eventType.isEmpty()) {
            trigger.add("eventType", eventType);
        }
        return trigger;
    }
}
