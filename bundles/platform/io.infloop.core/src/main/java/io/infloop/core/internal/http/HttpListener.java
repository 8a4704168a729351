package io.infloop.core.internal.http;

import io.infloop.core.instance.StartPart;
import io.infloop.core.internal.Refusal;
import io.infloop.core.internal.settings.BindRule;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.apache.felix.http.jetty.ConnectorFactory;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.servlet.whiteboard.Preprocessor;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the door into service, opens the port once every part of the server is ready, and closes it before the first one goes; the door
 * goes last.
 */
public final class HttpListener implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(HttpListener.class);
    private static final long DRAIN_MILLIS = 2000;
    private static final int HIGHEST_PORT = 65_535;

    private final BundleContext context;
    private final Door door;
    private final String host;
    private final int firstPort;
    private final String version;
    private final IntConsumer opened;
    private final Consumer<Refusal> aborted;
    private final JettyPort jetty;
    private final ReadyMark ready;
    private final ServiceTracker<StartPart, StartPart> parts;
    private final Duration patience;
    private final Thread thread;
    private ServiceRegistration<Preprocessor> doorService;
    private ServiceRegistration<ConnectorFactory> errorsService;
    private volatile boolean closed;

    /**
     * @param opened told the port once something listens on it
     * @param aborted told why nothing ever will
     */
    public HttpListener(
            BundleContext context,
            Door door,
            String host,
            int port,
            String version,
            IntConsumer opened,
            Consumer<Refusal> aborted) {
        this(context, door, host, port, version, opened, aborted, Duration.ofSeconds(60));
    }

    /** @param patience how long the parts may take */
    HttpListener(
            BundleContext context,
            Door door,
            String host,
            int port,
            String version,
            IntConsumer opened,
            Consumer<Refusal> aborted,
            Duration patience) {
        this.patience = patience;
        this.aborted = aborted;
        this.context = context;
        this.door = door;
        this.host = BindRule.bare(host);
        this.firstPort = port;
        this.version = version;
        this.opened = opened;
        this.jetty = new JettyPort(context, this.host);
        this.ready = new ReadyMark(context);
        this.parts = new ServiceTracker<>(context, StartPart.class, null);
        this.thread = new Thread(this::run, "infloop listener");
        thread.setDaemon(true);
    }

    public void start() {
        doorService = context.registerService(
                Preprocessor.class,
                door,
                FrameworkUtil.asDictionary(Map.of(Constants.SERVICE_RANKING, Integer.MAX_VALUE)));
        errorsService = context.registerService(
                ConnectorFactory.class, new JettyErrors(door::closedBecause), FrameworkUtil.asDictionary(Map.of()));
        parts.open();
        jetty.start();
        thread.start();
    }

    @Override
    public synchronized void close() {
        if (closed || doorService == null) {
            return;
        }
        closed = true;
        thread.interrupt();
        boolean interrupted = Thread.interrupted();
        boolean shut = false;
        try {
            ready.close();
            thread.join(TimeUnit.SECONDS.toMillis(5));
            door.drain(DRAIN_MILLIS);
            shut = jetty.shut();
        } catch (InterruptedException again) {
            interrupted = true;
        } finally {
            shut = shut || jetty.force();
            parts.close();
            jetty.close();
            if (shut) {
                errorsService.unregister();
                doorService.unregister();
            } else {
                LOGGER.error("the port could not be closed; the door stays and refuses every request");
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run() {
        try {
            if (awaitParts()) {
                open();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException failed) {
            abort(Ports.cannotListen(host, failed));
        }
    }

    private boolean awaitParts() throws InterruptedException {
        String required = context.getProperty(StartPart.REQUIRED_PARTS);
        Set<String> wanted = new TreeSet<>();
        for (String part : (required == null ? "" : required).split(",", -1)) {
            if (!part.isBlank()) {
                wanted.add(part.strip());
            }
        }
        long start = System.nanoTime();
        long logged = start;
        while (!closed) {
            Set<String> missing = missing(wanted);
            if (missing.isEmpty()) {
                return true;
            }
            long now = System.nanoTime();
            if (now - start > patience.toNanos()) {
                abort(Refusal.temporary(
                        "parts-not-ready",
                        "after " + patience.toSeconds() + " s these parts are still not ready: " + missing
                                + "; the log above says why"));
                return false;
            }
            if (now - logged > TimeUnit.SECONDS.toNanos(5)) {
                logged = now;
                LOGGER.info("waiting for {} before the port is opened", missing);
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return false;
    }

    private Set<String> missing(Set<String> wanted) {
        Set<String> present = new HashSet<>();
        ServiceReference<StartPart>[] references = parts.getServiceReferences();
        if (references != null) {
            for (ServiceReference<StartPart> reference : references) {
                present.add(String.valueOf(reference.getProperty(StartPart.NAME)));
            }
        }
        Set<String> missing = new TreeSet<>(wanted);
        missing.removeAll(present);
        if (!jetty.isReady()) {
            missing.add("http");
        }
        return missing;
    }

    private void open() throws IOException, InterruptedException {
        long doorId = (Long) doorService.getReference().getProperty(Constants.SERVICE_ID);
        int last = firstPort == 0 ? Ports.WALK : Math.min(HIGHEST_PORT, firstPort + Ports.WALK);
        for (int candidate = firstPort; candidate <= last && !closed; candidate++) {
            OptionalInt free = Ports.probe(host, firstPort == 0 ? 0 : candidate);
            if (free.isPresent() && jetty.open(free.getAsInt(), doorId)) {
                door.open();
                announce(free.getAsInt());
                setReady();
                return;
            }
            if (firstPort != 0 && candidate < last) {
                LOGGER.warn("port {} is taken; trying {}", candidate, candidate + 1);
            }
        }
        abort(Refusal.temporary(
                "cannot-listen",
                (firstPort == 0 ? "no free port was found" : "no port from " + firstPort + " to " + last + " is free")
                        + "; stop what uses them, or set PORT"));
    }

    private void setReady() {
        try {
            ready.set();
        } catch (RejectedExecutionException stopping) {
            LOGGER.debug("the server stops before it was ready");
        }
    }

    private void abort(Refusal refusal) {
        if (!closed) {
            LOGGER.error("the server does not listen: {}", refusal.getMessage());
            aborted.accept(refusal);
        }
    }

    private void announce(int port) throws IOException {
        opened.accept(port);
        String shown = BindRule.isWildcard(host) ? "127.0.0.1" : host;
        LOGGER.info("Infinite Loop {} listening on {}", version, url(shown, port));
        if (firstPort != 0 && port != firstPort) {
            LOGGER.info("port {} was taken, so this is port {}", firstPort, port);
        }
        if (BindRule.isWildcard(host)) {
            for (NetworkInterface network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                for (InetAddress address : Collections.list(network.getInetAddresses())) {
                    if (address instanceof Inet4Address && !address.isLoopbackAddress()) {
                        LOGGER.info("also on {}", url(address.getHostAddress(), port));
                    }
                }
            }
        }
    }

    private static String url(String shown, int port) {
        return "http://" + (shown.contains(":") ? "[" + shown + "]" : shown) + ":" + port;
    }
}
