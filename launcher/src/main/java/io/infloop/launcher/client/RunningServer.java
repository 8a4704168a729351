package io.infloop.launcher.client;

import io.infloop.launcher.boot.ProcessIdentity;
import io.infloop.launcher.exit.CommandFailure;
import io.infloop.launcher.json.JsonText;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A server that listens, as it says itself in {@code <data>/instances/<id>.json}.
 *
 * @param host as bound
 */
public record RunningServer(
        String id, ProcessIdentity process, String version, String startedAt, String host, int port) {

    /** The living servers of a data directory, oldest first; files of dead ones are passed over. */
    public static List<RunningServer> in(Path dataDirectory) {
        List<RunningServer> servers = new ArrayList<>();
        Path instances = dataDirectory.resolve("instances");
        if (!Files.isDirectory(instances)) {
            return servers;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(instances, "*.json")) {
            for (Path file : files) {
                read(file).filter(server -> server.process().isAlive()).ifPresent(servers::add);
            }
        } catch (IOException unreadable) {
            throw new CommandFailure(
                    CommandFailure.CONFIGURATION,
                    instances + " cannot be read: " + unreadable.getMessage(),
                    unreadable);
        }
        servers.sort(Comparator.comparing(RunningServer::startedAt).thenComparing(RunningServer::id));
        return servers;
    }

    /**
     * The server to talk to.
     *
     * @param instance the wanted one's id; empty for the oldest
     * @throws CommandFailure if it does not run
     */
    public static RunningServer find(Path dataDirectory, Optional<String> instance) {
        return in(dataDirectory).stream()
                .filter(server -> instance.map(server.id()::equals).orElse(true))
                .findFirst()
                .orElseThrow(() -> new CommandFailure(
                        CommandFailure.NO_SERVER,
                        instance.map(id -> "the server " + id + " is not running")
                                        .orElse("no server is running")
                                + " on the data directory " + dataDirectory
                                + "; start one with: infloop start"));
    }

    /** Reads one file; empty when it is not one of a server. */
    public static Optional<RunningServer> read(Path file) {
        try {
            JsonObject json = JsonText.object(Files.readString(file));
            Optional<ProcessIdentity> process = ProcessIdentity.from(json);
            Optional<Integer> port = JsonText.text(json, "port").map(Integer::valueOf);
            if (process.isEmpty() || port.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(new RunningServer(
                    JsonText.text(json, "id").orElse(""),
                    process.get(),
                    JsonText.text(json, "version").orElse(""),
                    JsonText.text(json, "startedAt").orElse(""),
                    JsonText.text(json, "host").orElse("127.0.0.1"),
                    port.get()));
        } catch (IOException | NumberFormatException notOne) {
            return Optional.empty();
        }
    }

    /** Where it is reached from this machine. */
    public URI url() {
        String reachable =
                switch (host) {
                    case "0.0.0.0", "" -> "127.0.0.1";
                    case "::", "[::]", "0:0:0:0:0:0:0:0" -> "[::1]";
                    default -> host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
                };
        return URI.create("http://" + reachable + ":" + port);
    }

    public JsonObject toJson() {
        return Json.createObjectBuilder()
                .add("id", id)
                .add("pid", process.pid())
                .add("version", version)
                .add("startedAt", startedAt)
                .add("url", url().toString())
                .build();
    }
}
