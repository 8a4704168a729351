package io.infloop.bench.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A server that a measurement needs, in a virtual machine of its own: prints its port and ends when its input ends. */
public final class HelperProgram implements AutoCloseable {
    private final Child child;
    private final int port;

    private HelperProgram(Child child, int port) {
        this.child = child;
        this.port = port;
    }

    /** @param program has a main method */
    public static HelperProgram start(String name, Class<?> program) throws IOException {
        // Heap and collector as the distribution's start script chooses them.
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName());
        Child child = new Child(name, builder.redirectError(ProcessBuilder.Redirect.INHERIT));
        // The stream stays open: when this program ends, however it ends, the other one reads the end of its input.
        BufferedReader output =
                new BufferedReader(new InputStreamReader(child.process().getInputStream(), StandardCharsets.UTF_8));
        String line = output.readLine();
        if (line == null || !line.startsWith("port ")) {
            child.close();
            throw new IOException(name + " did not start");
        }
        return new HelperProgram(child, Integer.parseInt(line.substring(5)));
    }

    public long pid() {
        return child.process().pid();
    }

    public int port() {
        return port;
    }

    @Override
    public void close() {
        child.close();
    }
}
