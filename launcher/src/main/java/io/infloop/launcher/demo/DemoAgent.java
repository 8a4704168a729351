package io.infloop.launcher.demo;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Who reviews the pull request.
 *
 * @param providerId in the workflow
 * @param manifest to be put into the server's provider folder; empty for a provider that ships with the server
 * @param description for people
 */
public record DemoAgent(String providerId, Optional<JsonObject> manifest, String description) {
    private static final String STAND_IN = "demo-agent";

    /** The script that ships with the demonstration. */
    public static DemoAgent standIn(Path home) {
        Path script = home.resolve("demo/agent.sh");
        JsonObject manifest = Json.createObjectBuilder()
                .add("id", STAND_IN)
                .add("label", "Demo agent (stand-in)")
                .add("description", "A shell script that answers like an agent; no model, no network, no cost.")
                .add("transport", "cli")
                .add("bin", "sh")
                .add("args", Json.createArrayBuilder().add(script.toString()))
                .add("outputFormat", "claude-stream-json")
                .add("promptVia", "stdin")
                .build();
        return new DemoAgent(
                STAND_IN,
                Optional.of(manifest),
                "a stand-in, the shell script " + script + ": no model, no cost (--agent claude takes the real one)");
    }

    /** An agent that is installed on this machine. */
    public static DemoAgent real(String providerId) {
        return new DemoAgent(
                providerId, Optional.empty(), "the real command line " + providerId + ", which may cost money");
    }
}
