package io.infloop.launcher.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code Dockerfile} and {@code docker-compose.yml} say, as far as tests do the same without Docker. */
record ContainerFiles(int pidsLimit, int port, List<String> healthCheckCommand) {
    private static final String CMD = "CMD";

    /** Reads both; where they say the same thing they have to agree. */
    static ContainerFiles read(Path directory) {
        try {
            String dockerfile = Files.readString(directory.resolve("Dockerfile"));
            String compose = Files.readString(directory.resolve("docker-compose.yml"));
            List<String> command = strings(only("HEALTHCHECK [^\\n]*\\\\\\n *CMD (\\[.*])", dockerfile));
            List<String> test = strings(only(" test: (\\[.*])", compose));
            assertThat(test.get(0)).isEqualTo(CMD);
            assertThat(test.subList(1, test.size())).isEqualTo(command);
            int port = Integer.parseInt(only("PORT=([0-9]+)", dockerfile));
            assertThat(only("EXPOSE ([0-9]+)", dockerfile)).isEqualTo(Integer.toString(port));
            assertThat(only("ports: \\[\"127\\.0\\.0\\.1:[0-9]+:([0-9]+)\"]", compose))
                    .isEqualTo(Integer.toString(port));
            return new ContainerFiles(Integer.parseInt(only("pids_limit: ([0-9]+)", compose)), port, command);
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }

    /** The very command, for a server that had to take another port. */
    List<String> healthCheck(int actualPort) {
        String address = ":" + port + "/";
        assertThat(healthCheckCommand).anyMatch(argument -> argument.contains(address));
        return healthCheckCommand.stream()
                .map(argument -> argument.replace(address, ":" + actualPort + "/"))
                .toList();
    }

    private static String only(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(pattern).isTrue();
        return matcher.group(1);
    }

    private static List<String> strings(String json) {
        try (JsonReader reader = Json.createReader(new StringReader(json))) {
            return reader.readArray().getValuesAs(JsonString::getString);
        }
    }
}
