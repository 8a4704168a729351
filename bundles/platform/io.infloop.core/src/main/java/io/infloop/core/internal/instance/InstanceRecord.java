package io.infloop.core.internal.instance;

import com.fasterxml.jackson.databind.JsonNode;
import io.infloop.core.internal.process.ProcFs;
import io.infloop.core.json.Jsons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The content of {@code <data>/instances/<id>.json}, by which a running server is found. */
record InstanceRecord(
        String id,
        long pid,
        long startTicks,
        String bootId,
        String version,
        Instant startedAt,
        Optional<String> host,
        OptionalInt port) {
    private static final long MAX_BYTES = 64 * 1024;

    /** Whether that server runs, on this machine since its last start. */
    boolean isAlive() {
        return bootId.equals(ProcFs.bootId()) && ProcFs.isRunning(pid, startTicks);
    }

    byte[] toJson() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("id", id);
        members.put("pid", pid);
        members.put("startTicks", startTicks);
        members.put("bootId", bootId);
        members.put("version", version);
        members.put("startedAt", startedAt.toString());
        host.ifPresent(value -> members.put("host", value));
        port.ifPresent(value -> members.put("port", value));
        return Jsons.bytes(members);
    }

    /** Empty when the file is missing or is not such a record. */
    static Optional<InstanceRecord> read(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                return Optional.empty();
            }
            JsonNode node = Jsons.MAPPER.readTree(Files.readAllBytes(file));
            if (node == null || !node.path("pid").isIntegralNumber()) {
                return Optional.empty();
            }
            return Optional.of(new InstanceRecord(
                    node.path("id").asText(),
                    node.path("pid").asLong(),
                    node.path("startTicks").asLong(-1),
                    node.path("bootId").asText(),
                    node.path("version").asText(),
                    Instant.EPOCH,
                    Optional.ofNullable(node.path("host").textValue()),
                    node.path("port").canConvertToInt() && node.path("port").isIntegralNumber()
                            ? OptionalInt.of(node.path("port").intValue())
                            : OptionalInt.empty()));
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }
}
