package io.infloop.launcher.boot;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import sun.misc.Signal;

/**
 * Interrupt, termination and hang-up: the first one asks for an orderly stop, a second one during it kills every child and ends the
 * process at once with exit code 1.
 */
public final class Signals {
    private static final List<String> NAMES = List.of("INT", "TERM", "HUP");

    private Signals() {}

    /** @param first gets the name of the first signal, on a thread of its own; must not block for long */
    @SuppressWarnings("sunapi") // the only way to notice the second signal; jdk.unsupported is part of every JDK
    public static void handle(Consumer<String> first) {
        AtomicBoolean seen = new AtomicBoolean();
        for (String name : NAMES) {
            Signal.handle(new Signal(name), signal -> {
                if (seen.compareAndSet(false, true)) {
                    first.accept(signal.getName());
                } else {
                    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
                    Runtime.getRuntime().halt(1);
                }
            });
        }
    }
}
