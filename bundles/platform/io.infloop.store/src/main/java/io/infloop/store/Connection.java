package io.infloop.store;

import io.infloop.spi.json.JsonObject;
import java.util.List;

/**
 * An HTTP server of models that a user manages: each of its ports becomes a provider. {@link #toString()} hides the token.
 *
 * @param id matches {@link io.infloop.core.id.Ids#isConnectionId}
 * @param label not empty
 * @param host {@code http://} or {@code https://} and a host name or address; no port, path or user
 * @param token sent as bearer token; printable ASCII without blanks, not empty
 * @param ports no port twice
 * @param privateAddresses whether the operator allows addresses of this machine and of private networks; link-local ones never are
 */
public record Connection(
        String id, String label, String host, String token, List<Port> ports, boolean privateAddresses) {
    /**
     * One server process.
     *
     * @param port 1 to 65535
     * @param profile the model that it serves; not empty
     */
    public record Port(int port, String profile) {
        JsonObject toJson() {
            return JsonObject.builder()
                    .put("port", port)
                    .put("profile", profile)
                    .build();
        }
    }

    public Connection {
        ports = List.copyOf(ports);
    }

    /** The document for the API, with {@code hasToken} in the token's place. */
    public JsonObject toJson() {
        return members(false).toBuilder().put("id", id).build();
    }

    /** The document as in the file, which does not hold the id; with the token. */
    public JsonObject toFile() {
        return members(true);
    }

    private JsonObject members(boolean withToken) {
        JsonObject.Builder json = JsonObject.builder().put("label", label).put("host", host);
        if (withToken) {
            json.put("token", token);
        } else {
            json.put("hasToken", !token.isEmpty());
        }
        return json.put("ports", ports.stream().map(Port::toJson).toList())
                .put("privateAddresses", privateAddresses)
                .build();
    }

    @Override
    public String toString() {
        return "Connection[" + id + " → " + host + "]";
    }
}
