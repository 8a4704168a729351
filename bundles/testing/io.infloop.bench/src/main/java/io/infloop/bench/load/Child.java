package io.infloop.bench.load;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process that this program started, and ends. */
final class Child implements AutoCloseable {
    private static final int GRACE_SECONDS = 15;

    private final String name;
    private final Process process;
    private final Thread atExit = new Thread(this::kill, "end children");

    Child(String name, ProcessBuilder builder) throws IOException {
        this.name = name;
        this.process = builder.start();
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    Process process() {
        return process;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String describe() {
        return process.isAlive() ? name + " is running" : name + " ended with " + process.exitValue();
    }

    /** Asks the process to end, waits, and then insists. */
    @Override
    public void close() {
        List<ProcessHandle> below = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            kill();
        }
        below.forEach(ProcessHandle::destroyForcibly);
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException exiting) {
            // The hook does the same again; nothing is left to end.
        }
    }

    private void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.toHandle().destroyForcibly();
    }
}
