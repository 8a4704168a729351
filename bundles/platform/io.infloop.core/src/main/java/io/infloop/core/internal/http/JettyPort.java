package io.infloop.core.internal.http;

import jakarta.servlet.Servlet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Dictionary;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ManagedService;
import org.osgi.service.servlet.runtime.HttpServiceRuntime;
import org.osgi.service.servlet.runtime.dto.FailedServletDTO;
import org.osgi.service.servlet.runtime.dto.RuntimeDTO;
import org.osgi.service.servlet.runtime.dto.ServletContextDTO;
import org.osgi.service.servlet.runtime.dto.ServletDTO;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Jetty's only configuration: which port it has, or none. Not thread-safe. */
final class JettyPort implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(JettyPort.class);
    private static final String PID = "org.apache.felix.http";
    /** Jetty copies what follows this prefix to the properties of its runtime service: tells which configuration it runs. */
    private static final String RUNTIME_PREFIX = "org.apache.felix.http.runtime.init.";

    private static final String SERVLETS = "(osgi.http.whiteboard.servlet.pattern=*)";
    private static final String ATTEMPT = "infloop.attempt";
    private static final String ENDPOINTS = "osgi.http.endpoint";
    private static final String MARK_PID = "io.infloop.core.listener";
    private static final long ATTEMPT_SECONDS = 30;
    private static final long DOOR_SECONDS = 10;
    private static final int THREADS = 64;
    private static final int VIRTUAL_THREADS = 500;
    private static final int STOP_MILLIS = 2000;

    private final BundleContext context;
    private final String host;
    private final ServiceTracker<ConfigurationAdmin, ConfigurationAdmin> configurations;
    private final ServiceTracker<HttpServiceRuntime, HttpServiceRuntime> runtimes;
    private ServiceRegistration<ManagedService> mark;
    private int attempts;
    /** The newest attempt that Jetty is through with, however it went. */
    private volatile int settled;

    JettyPort(BundleContext context, String host) {
        this.context = context;
        this.host = host;
        this.configurations = new ServiceTracker<>(context, ConfigurationAdmin.class, null);
        this.runtimes = new ServiceTracker<>(context, HttpServiceRuntime.class, null);
    }

    void start() {
        mark = context.registerService(
                ManagedService.class,
                this::settled,
                FrameworkUtil.asDictionary(Map.of(Constants.SERVICE_PID, MARK_PID)));
        configurations.open();
        runtimes.open();
    }

    /**
     * The configuration admin hands configurations out one after the other. This one is changed right after Jetty's: when it arrives
     * Jetty has started, or has failed, which it tells nobody.
     */
    private void settled(Dictionary<String, ?> properties) {
        if (properties != null && properties.get(ATTEMPT) instanceof String attempt) {
            settled = Integer.parseInt(attempt);
        }
    }

    /** Whether there is a Jetty to configure. */
    boolean isReady() {
        try {
            return configurations.getService() != null
                    && !context.getServiceReferences(ManagedService.class, "(service.pid=" + PID + ")")
                            .isEmpty();
        } catch (InvalidSyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * @param doorId the service that must stand in front of every request
     * @return whether Jetty really listens there; somebody else may have taken the port since it was probed
     * @throws IOException if Jetty does not start, or would let requests pass beside the door; then the port is closed again
     */
    boolean open(int port, long doorId) throws IOException, InterruptedException {
        Optional<ServiceReference<HttpServiceRuntime>> runtime = configure(port);
        if (runtime.isEmpty() || !listens(runtime.get(), port)) {
            return false;
        }
        // The runtime appears a moment before it has looked for preprocessors, and these before it looks for servlets.
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(DOOR_SECONDS);
        while (!asksTheDoor(runtime.get(), doorId)) {
            if (System.nanoTime() > end) {
                shut();
                throw new IOException("the HTTP service does not ask the door; nothing is served without it");
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        while (!knowsServlets(runtime.get())) {
            if (System.nanoTime() > end) {
                LOGGER.warn(
                        "not every servlet is in its place after {} s; those that are missing answer 404",
                        DOOR_SECONDS);
                break;
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return true;
    }

    /** Whether the whiteboard has taken, or refused, every servlet there is. */
    private boolean knowsServlets(ServiceReference<HttpServiceRuntime> runtime) {
        Optional<RuntimeDTO> found = state(runtime);
        if (found.isEmpty()) {
            return false;
        }
        RuntimeDTO state = found.get();
        Set<Long> known = new HashSet<>();
        for (ServletContextDTO served : state.servletContextDTOs) {
            for (ServletDTO servlet : served.servletDTOs) {
                known.add(servlet.serviceId);
            }
        }
        for (FailedServletDTO servlet : state.failedServletDTOs) {
            known.add(servlet.serviceId);
        }
        try {
            return context.getServiceReferences(Servlet.class, SERVLETS).stream()
                    .allMatch(servlet -> known.contains((Long) servlet.getProperty(Constants.SERVICE_ID)));
        } catch (InvalidSyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Whether the door stands in front of what the runtime serves; false while that cannot be told. */
    boolean asksTheDoor(ServiceReference<HttpServiceRuntime> runtime, long doorId) {
        return state(runtime).stream()
                .flatMap(state -> Arrays.stream(state.preprocessorDTOs))
                .anyMatch(preprocessor -> preprocessor.serviceId == doorId);
    }

    /** Empty also in the moment in which the runtime is registered and does not know it yet: then it says that it is gone. */
    private Optional<RuntimeDTO> state(ServiceReference<HttpServiceRuntime> runtime) {
        try {
            return Optional.ofNullable(context.getService(runtime)).map(HttpServiceRuntime::getRuntimeDTO);
        } catch (IllegalStateException notYet) {
            LOGGER.debug("the HTTP service does not tell its state: {}", notYet.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Closes the port; requests in flight get a moment to finish.
     *
     * @return whether it is closed
     */
    boolean shut() throws InterruptedException {
        if (attempts == 0 || runtimes.getServiceReferences() == null) {
            return true;
        }
        ConfigurationAdmin admin = configurations.getService();
        if (admin == null) {
            return false;
        }
        try {
            Map<String, Object> properties = new LinkedHashMap<>();
            properties.put("org.osgi.service.http.port", "-1");
            properties.put("org.apache.felix.http.enable", "false");
            properties.put("org.apache.felix.https.enable", "false");
            attempts++;
            admin.getConfiguration(PID, "?").update(FrameworkUtil.asDictionary(properties));
            markAttempt(admin);
            return awaitClosed();
        } catch (IOException | IllegalStateException failed) {
            LOGGER.warn("the port could not be closed in order: {}", failed.toString());
            return false;
        }
    }

    /**
     * Takes Jetty down with its bundle, when asking it did not help.
     *
     * @return whether nothing listens any more
     */
    boolean force() {
        ServiceReference<HttpServiceRuntime>[] references = runtimes.getServiceReferences();
        if (attempts == 0 || references == null) {
            return true;
        }
        for (ServiceReference<HttpServiceRuntime> reference : references) {
            Bundle jetty = reference.getBundle();
            try {
                if (jetty != null) {
                    jetty.stop(Bundle.STOP_TRANSIENT);
                }
            } catch (BundleException | IllegalStateException failed) {
                LOGGER.warn("the HTTP service could not be stopped: {}", failed.toString());
            }
        }
        return runtimes.getServiceReferences() == null;
    }

    @Override
    public void close() {
        mark.unregister();
        configurations.close();
        runtimes.close();
    }

    private static boolean listens(ServiceReference<?> runtime, int port) {
        Object value = runtime.getProperty(ENDPOINTS);
        List<String> endpoints = new ArrayList<>();
        if (value instanceof String[] array) {
            Collections.addAll(endpoints, array);
        } else if (value != null) {
            endpoints.add(value.toString());
        }
        return endpoints.stream()
                .anyMatch(endpoint -> endpoint.contains(":" + port + "/") || endpoint.endsWith(":" + port));
    }

    /** @return Jetty's runtime once it runs this configuration; empty if it could not */
    private Optional<ServiceReference<HttpServiceRuntime>> configure(int port)
            throws IOException, InterruptedException {
        ConfigurationAdmin admin = configurations.getService();
        if (admin == null) {
            throw new IOException("the configuration admin is gone");
        }
        attempts++;
        boolean virtual = Runtime.version().feature() >= 21;
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("org.apache.felix.http.host", host);
        properties.put("org.osgi.service.http.port", Integer.toString(port));
        properties.put("org.apache.felix.https.enable", "false");
        properties.put("org.apache.felix.http.jetty.sendServerHeader", "false");
        properties.put("org.apache.felix.jetty.stopTimeout", Integer.toString(STOP_MILLIS));
        properties.put("org.apache.felix.http.jetty.virtualthreads.enable", Boolean.toString(virtual));
        properties.put(
                "org.apache.felix.http.jetty.threadpool.max", Integer.toString(virtual ? VIRTUAL_THREADS : THREADS));
        properties.put(RUNTIME_PREFIX + ATTEMPT, Integer.toString(attempts));
        admin.getConfiguration(PID, "?").update(FrameworkUtil.asDictionary(properties));

        markAttempt(admin);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(ATTEMPT_SECONDS);
        while (settled < attempts && current().isEmpty()) {
            if (System.nanoTime() > end) {
                throw new IOException("the HTTP service did not start within " + ATTEMPT_SECONDS + " s");
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return current();
    }

    private Optional<ServiceReference<HttpServiceRuntime>> current() {
        ServiceReference<HttpServiceRuntime>[] references = runtimes.getServiceReferences();
        if (references != null) {
            for (ServiceReference<HttpServiceRuntime> reference : references) {
                if (Integer.toString(attempts).equals(reference.getProperty(ATTEMPT))) {
                    return Optional.of(reference);
                }
            }
        }
        return Optional.empty();
    }

    private void markAttempt(ConfigurationAdmin admin) throws IOException {
        admin.getConfiguration(MARK_PID, "?")
                .update(FrameworkUtil.asDictionary(Map.of(ATTEMPT, Integer.toString(attempts))));
    }

    private boolean awaitClosed() throws InterruptedException {
        long patience = STOP_MILLIS + 3000L;
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patience);
        while (settled < attempts) {
            if (System.nanoTime() > end) {
                LOGGER.warn("the port was still open {} ms after it should have been closed", patience);
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return true;
    }
}
