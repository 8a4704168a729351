package io.infloop.bench.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** {@link BareServer} in a virtual machine of its own. */
final class BareProcess implements AutoCloseable {
    private final Child child;
    private final int port;

    private BareProcess(Child child, int port) {
        this.child = child;
        this.port = port;
    }

    static BareProcess start() throws IOException {
        // Heap and collector as the distribution's start script chooses them.
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                BareServer.class.getName());
        Child child = new Child("bare Jetty", builder.redirectError(ProcessBuilder.Redirect.INHERIT));
        // The stream stays open: when this program ends, however it ends, the other one reads the end of its input.
        BufferedReader output =
                new BufferedReader(new InputStreamReader(child.process().getInputStream(), StandardCharsets.UTF_8));
        String line = output.readLine();
        if (line == null || !line.startsWith("port ")) {
            child.close();
            throw new IOException("bare Jetty did not start");
        }
        return new BareProcess(child, Integer.parseInt(line.substring(5)));
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        child.close();
    }
}
