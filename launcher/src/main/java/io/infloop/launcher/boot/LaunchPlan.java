package io.infloop.launcher.boot;

import io.infloop.launcher.handover.Environment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the framework is started with.
 *
 * @param instanceDirectory holds the framework's cache
 */
public record LaunchPlan(
        Mode mode,
        Path home,
        Path dataDirectory,
        String instanceId,
        Path instanceDirectory,
        String version,
        Environment environment) {

    /** Whether the framework serves, or answers one command. */
    public enum Mode {
        SERVER("server"),
        COMMAND("command");

        private final String text;

        Mode(String text) {
            this.text = text;
        }
    }

    /** The framework properties that belong to this start. */
    Map<String, String> properties() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("infloop.home", home.toString());
        properties.put("infloop.data", dataDirectory.toString());
        properties.put("infloop.instance", instanceId);
        properties.put("infloop.instance.dir", instanceDirectory.toString());
        properties.put("infloop.version", version);
        properties.put("infloop.mode", mode.text);
        properties.put(
                "org.osgi.framework.storage",
                instanceDirectory.resolve("framework").toString());
        properties.put("org.osgi.framework.storage.clean", "onFirstInit");
        properties.put(
                "felix.cm.dir", instanceDirectory.resolve("configuration").toString());
        return properties;
    }
}
