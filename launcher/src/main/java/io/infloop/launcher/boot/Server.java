package io.infloop.launcher.boot;

import io.infloop.launcher.exit.CommandFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server in this process, from its start to its end. */
public final class Server {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);
    private static final Duration READY_LIMIT = Duration.ofSeconds(20);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
    private static final long POLL_MILLIS = 20;

    private final Instance instance;
    private final Consumer<CommandFailure> told;
    private final Predicate<Path> isListening;
    private final CompletableFuture<Integer> exit = new CompletableFuture<>();

    /**
     * @param told gets at once why the server ends by itself
     * @param isListening whether the server's descriptor says where it is reached
     */
    public Server(Instance instance, Consumer<CommandFailure> told, Predicate<Path> isListening) {
        this.instance = instance;
        this.told = told;
        this.isListening = isListening;
    }

    /**
     * Starts the server and serves until a signal or a bundle ends it.
     *
     * @param ready called once, when the server listens
     * @return the exit code
     */
    public int run(LaunchPlan plan, Consumer<Instance> ready) throws InterruptedException {
        Signals.handle(signal -> {
            LOG.info("Signal {}: stopping; once more to stop at once", signal);
            exit.complete(0);
        });
        int code = CommandFailure.CONFIGURATION;
        try {
            Platform platform = Platform.prepare(plan, this::exit);
            Thread starter = daemon("infloop-start", () -> start(platform));
            Thread watcher = daemon("infloop-ready", () -> watch(platform, ready));
            code = awaitExit();
            starter.join(STOP_LIMIT.toMillis());
            watcher.join(STOP_LIMIT.toMillis());
            if (!platform.stop(STOP_LIMIT)) {
                LOG.error("The server does not stop within {} s; ending the process", STOP_LIMIT.toSeconds());
                code = CommandFailure.FINDING;
            }
            return code;
        } finally {
            clean(code == CommandFailure.CONFIGURATION || code == CommandFailure.TEMPORARY);
        }
    }

    /** Called by bundles, on any thread; must not wait for the stop, which may wait for that very thread. */
    private void exit(int code, String reason) {
        if (exit.isDone()) {
            return;
        }
        if (code != 0) {
            told.accept(CommandFailure.parse(code, reason));
        }
        exit.complete(code);
    }

    private void start(Platform platform) {
        try {
            platform.start();
        } catch (RuntimeException failure) {
            exit(CommandFailure.FINDING, failure.getMessage());
        }
    }

    private void watch(Platform platform, Consumer<Instance> ready) {
        long deadline = System.nanoTime() + READY_LIMIT.toNanos();
        boolean told = false;
        try {
            while (!isListening.test(instance.descriptor())) {
                if (exit.isDone()) {
                    return;
                }
                if (!told && System.nanoTime() > deadline) {
                    told = true;
                    LOG.warn("Not listening after {} s. What is missing:", READY_LIMIT.toSeconds());
                    platform.diagnosis().forEach(line -> LOG.warn("  {}", line));
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
            ready.accept(instance);
            platform.bringLatePlugins(exit::isDone);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private int awaitExit() throws InterruptedException {
        try {
            return exit.get(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private void clean(boolean refused) {
        try {
            if (refused) {
                instance.undo();
            } else {
                instance.remove();
            }
        } catch (IOException stays) {
            LOG.warn("{} could not be removed: {}", instance.directory(), stays.getMessage());
        }
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
