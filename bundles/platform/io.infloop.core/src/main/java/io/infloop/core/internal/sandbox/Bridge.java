package io.infloop.core.internal.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** Leads a TCP port inside of the jail to the UNIX socket of the egress proxy. Java is not among the programs: it starts too slowly. */
final class Bridge {
    /** Inside of the jail. */
    static final int PORT = 3128;

    private static final String SOCKET = "/run/infloop/e.sock";

    private Bridge() {}

    /** The command that serves the port until it is killed. */
    static List<String> command(Path program) {
        String port = Integer.toString(PORT);
        return switch (program.getFileName().toString()) {
            case "socat" ->
                List.of(
                        program.toString(),
                        "TCP4-LISTEN:" + port + ",bind=127.0.0.1,fork,reuseaddr,backlog=128",
                        "UNIX-CONNECT:" + SOCKET);
            case "perl" -> List.of(program.toString(), "-e", script("bridge.pl"), port, SOCKET);
            case "python3" -> List.of(program.toString(), "-I", "-c", script("bridge.py"), port, SOCKET);
            case "node" -> List.of(program.toString(), "-e", script("bridge.js"), "--", port, SOCKET);
            default -> throw new IllegalArgumentException("not a bridge: " + program);
        };
    }

    private static String script(String name) {
        try (InputStream in = Objects.requireNonNull(Bridge.class.getResourceAsStream(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
