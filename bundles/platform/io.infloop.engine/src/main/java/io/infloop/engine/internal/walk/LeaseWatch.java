package io.infloop.engine.internal.walk;

import io.infloop.engine.internal.state.CancellationSource;
import io.infloop.host.Lease;
import io.infloop.spi.Registration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Stops what runs on plugins that were withdrawn although they were in use. Thread-safe. */
public final class LeaseWatch {
    private final Map<Object, Watched> watched = new ConcurrentHashMap<>();

    private record Watched(Lease<?> lease, CancellationSource work) {}

    Registration watch(Lease<?> lease, CancellationSource work) {
        Object key = new Object();
        watched.put(key, new Watched(lease, work));
        return () -> watched.remove(key);
    }

    /** To be called every now and then, and when contributions changed. */
    public void check() {
        watched.values().forEach(entry -> {
            if (entry.lease().isRevoked()) {
                entry.work().cancel();
            }
        });
    }
}
