package io.infloop.store.internal;

import io.infloop.spi.json.JsonObject;
import io.infloop.store.Connection;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The document in a connection's file. What is not understood makes the file unusable, or one port of it; no message holds the token.
 *
 * @param raw everything in the file, members unknown to this version included
 * @param skippedPorts how many elements of {@code ports} could not be used
 */
record ConnectionDocument(JsonObject raw, Connection connection, int skippedPorts) {
    private static final Set<String> KNOWN = Set.of("label", "host", "token", "ports", "privateAddresses");
    private static final int MAX_LABEL = 200;
    private static final int MAX_TOKEN = 8192;
    private static final int MAX_PORTS = 256;

    static ConnectionDocument parse(String id, JsonObject raw, long modifiedAt) throws RefusedFileException {
        if (raw.has("id") && !id.equals(raw.get("id"))) {
            throw new RefusedFileException("its \"id\" is not the name of the file");
        }
        List<Connection.Port> ports = new ArrayList<>();
        int skipped = 0;
        Set<Integer> seen = new HashSet<>();
        for (Object element : portElements(raw)) {
            Optional<Connection.Port> port = port(element).filter(found -> seen.add(found.port()));
            port.ifPresent(ports::add);
            skipped += port.isPresent() ? 0 : 1;
        }
        Connection connection = new Connection(
                id, label(raw), host(text(raw, "host")), token(raw), ports, flag(raw, "privateAddresses"));
        return new ConnectionDocument(raw, connection, skipped);
    }

    /** The document to write for {@code connection} where {@code raw} was: unknown members stay. */
    static JsonObject merge(JsonObject raw, Connection connection) {
        JsonObject.Builder merged = JsonObject.builder().putAll(connection.toFile());
        raw.asMap().forEach((name, value) -> {
            if (!KNOWN.contains(name)) {
                merged.put(name, value);
            }
        });
        return merged.build();
    }

    private static List<Object> portElements(JsonObject raw) throws RefusedFileException {
        if (raw.get("ports") == null) {
            return List.of();
        }
        List<Object> elements =
                raw.array("ports").orElseThrow(() -> new RefusedFileException("its \"ports\" is not an array"));
        if (elements.size() > MAX_PORTS) {
            throw new RefusedFileException("it has more than " + MAX_PORTS + " ports");
        }
        return elements;
    }

    private static Optional<Connection.Port> port(Object element) {
        if (element instanceof JsonObject object
                && object.get("port") instanceof Number number
                && number.doubleValue() == number.intValue()
                && number.intValue() >= 1
                && number.intValue() <= 65_535
                && object.get("profile") instanceof String profile
                && !profile.isEmpty()) {
            return Optional.of(new Connection.Port(number.intValue(), profile));
        }
        return Optional.empty();
    }

    private static String label(JsonObject raw) throws RefusedFileException {
        String label = text(raw, "label");
        if (label.length() > MAX_LABEL || label.chars().anyMatch(Character::isISOControl)) {
            throw new RefusedFileException(
                    "its \"label\" is longer than " + MAX_LABEL + " characters or holds a control character");
        }
        return label;
    }

    /** A line break in it would begin another header of the request. */
    private static String token(JsonObject raw) throws RefusedFileException {
        String token = text(raw, "token");
        if (token.length() > MAX_TOKEN || !token.chars().allMatch(character -> character > ' ' && character < 0x7f)) {
            throw new RefusedFileException("its \"token\" is longer than " + MAX_TOKEN
                    + " characters or holds something else than printable ASCII without blanks");
        }
        return token;
    }

    /** Scheme and host name; a port is dropped, because each of {@code ports} takes its place. */
    private static String host(String text) throws RefusedFileException {
        try {
            URI uri = new URI(text);
            String scheme = Optional.ofNullable(uri.getScheme()).orElse("").toLowerCase(Locale.ROOT);
            boolean pathless = uri.getRawPath() == null
                    || uri.getRawPath().isEmpty()
                    || uri.getRawPath().equals("/");
            if ((scheme.equals("http") || scheme.equals("https"))
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && pathless) {
                return scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT);
            }
        } catch (URISyntaxException notOne) {
            // Said below; its message would repeat the text, which may hold a password.
        }
        throw new RefusedFileException("its \"host\" is not http:// or https:// and a host name, without path or user");
    }

    private static String text(JsonObject raw, String name) throws RefusedFileException {
        if (raw.get(name) instanceof String text && !text.isBlank()) {
            return text;
        }
        throw new RefusedFileException("its \"" + name + "\" is missing, empty or not a string");
    }

    private static boolean flag(JsonObject raw, String name) throws RefusedFileException {
        Object value = raw.get(name);
        if (value == null) {
            return false;
        }
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw new RefusedFileException("its \"" + name + "\" is neither true nor false");
    }
}
