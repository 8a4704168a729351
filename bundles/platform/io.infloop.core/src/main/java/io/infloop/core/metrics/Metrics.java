package io.infloop.core.metrics;

import io.infloop.spi.Registration;
import java.io.IOException;
import java.io.OutputStream;
import java.util.function.DoubleSupplier;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The server's metrics. Core counts what the audit log and the events tell; other bundles add what only they know as gauges. No
 * label holds an id, a name that a user chose or anything else without a small bound. Thread-safe; an OSGi service of core.
 */
@ProviderType
public interface Metrics {
    /**
     * Adds a gauge until closed.
     *
     * @param name in snake case, begins with {@code infloop_}, with its unit at the end
     * @param help one sentence
     * @param value asked at each scrape; quick. A throw leaves the series out of that scrape
     * @throws IllegalArgumentException if the name is taken
     */
    Registration gauge(String name, String help, DoubleSupplier value);

    /**
     * Adds a counter until closed, for what is counted elsewhere already.
     *
     * @param name as of a gauge, without the {@code _total} that the text format appends
     * @param value asked at each scrape; never falls
     * @throws IllegalArgumentException if the name is taken
     */
    Registration counter(String name, String help, DoubleSupplier value);

    /** Writes all series in the Prometheus text format 0.0.4, UTF-8. */
    void write(OutputStream out) throws IOException;
}
