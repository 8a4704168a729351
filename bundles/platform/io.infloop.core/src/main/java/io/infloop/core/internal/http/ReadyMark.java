package io.infloop.core.internal.http;

import io.infloop.spi.observe.ServerReady;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts {@link ServerReady} into service and takes it out. On a thread of its own: components of plugins start and stop within these
 * calls, and one that hangs must keep the server neither from listening nor from stopping.
 */
final class ReadyMark implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(ReadyMark.class);
    private static final long PATIENCE_MILLIS = 1000;

    private final BundleContext context;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "infloop ready");
        thread.setDaemon(true);
        return thread;
    });
    /** Used on the thread only. */
    private ServiceRegistration<ServerReady> registration;

    ReadyMark(BundleContext context) {
        this.context = context;
    }

    void set() {
        thread.execute(() -> registration =
                context.registerService(ServerReady.class, new ServerReady() {}, FrameworkUtil.asDictionary(Map.of())));
    }

    /** Final. Returns when everybody knows, or after a second. */
    @Override
    public void close() {
        Future<?> gone = thread.submit(() -> {
            if (registration != null) {
                registration.unregister();
            }
        });
        thread.shutdown();
        try {
            gone.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException slow) {
            LOGGER.warn(
                    "a plugin does not stop what it does while the server is ready; stopping without waiting for it");
        } catch (ExecutionException failed) {
            LOGGER.debug("the mark was gone already", failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
