package io.infloop.core.internal.egress;

import io.infloop.core.internal.net.HostName;
import io.infloop.core.internal.net.NameResolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Name lookups of one session: a few at a time, so that slow names of one run leave threads to the others. Used by the loop only. */
final class Lookups {
    private static final Logger LOGGER = LoggerFactory.getLogger(Lookups.class);
    private static final int AT_A_TIME = 4;

    private final NameResolver resolver;
    private final Executor threads;
    private final EgressLoop loop;
    private final Queue<Lookup> waiting = new ArrayDeque<>();
    private int running;

    Lookups(NameResolver resolver, Executor threads, EgressLoop loop) {
        this.resolver = resolver;
        this.threads = threads;
        this.loop = loop;
    }

    /** @param found called on the loop with the addresses; none when the name is unknown */
    void find(HostName host, Consumer<List<InetAddress>> found) {
        if (host.literal().isPresent()) {
            found.accept(List.of(host.literal().get()));
            return;
        }
        waiting.add(new Lookup(host.text(), found));
        startNext();
    }

    private void startNext() {
        while (running < AT_A_TIME && !waiting.isEmpty()) {
            Lookup next = waiting.remove();
            try {
                threads.execute(() -> resolve(next));
                running++;
            } catch (RejectedExecutionException busy) {
                next.found().accept(List.of());
            }
        }
    }

    private void resolve(Lookup lookup) {
        AtomicReference<List<InetAddress>> addresses = new AtomicReference<>(List.of());
        try {
            addresses.set(List.copyOf(resolver.resolve(lookup.name())));
        } catch (UnknownHostException unknown) {
            LOGGER.debug("{} is unknown", lookup.name());
        } catch (RuntimeException defect) {
            LOGGER.warn("looking up {} failed", lookup.name(), defect);
        } finally {
            loop.execute(() -> {
                running--;
                lookup.found().accept(addresses.get());
                startNext();
            });
        }
    }

    private record Lookup(String name, Consumer<List<InetAddress>> found) {}
}
