package io.infloop.core.internal.process;

import io.infloop.spi.process.SpawnException;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;

/**
 * Starts every child from one platform thread that lives as long as the server: "die with the parent" of the kernel means the parent's
 * thread, so a child started by a thread of a pool would die when that thread expires.
 */
public final class Spawner implements AutoCloseable {
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread created = new Thread(task, "infloop spawner");
        created.setDaemon(true);
        return created;
    });

    public Spawner() {
        LaunchMechanism.choose();
    }

    public Process start(ProcessBuilder builder) throws SpawnException {
        boolean interrupted = false;
        try {
            Future<Process> starting = thread.submit(builder::start);
            while (true) {
                try {
                    return starting.get();
                } catch (InterruptedException wait) {
                    // Starting takes milliseconds; leaving now would leave a child that nobody knows.
                    interrupted = true;
                }
            }
        } catch (RejectedExecutionException closed) {
            throw new SpawnException("the server shuts down; nothing is started any more", closed);
        } catch (ExecutionException failed) {
            throw new SpawnException(reason(failed.getCause()), failed.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Ends with the last child, which would die with the thread. */
    @Override
    public void close() {
        thread.shutdown();
    }

    /** The JVM's message quotes the whole command line, which may hold prompts; only its end says why. */
    private static String reason(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        int error = message.lastIndexOf("error=");
        if (failure instanceof IOException && error >= 0) {
            String why = message.substring(error);
            return why.startsWith("error=7,")
                    ? "the child could not be started: its arguments and environment are too long; pass long texts on"
                            + " standard input"
                    : "the child could not be started: " + why;
        }
        return "the child could not be started: its command holds a character that no program can take";
    }
}
