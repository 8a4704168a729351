package io.infloop.core.internal.metrics;

import io.infloop.core.audit.Redactor;
import io.infloop.core.metrics.Metrics;
import io.infloop.spi.Registration;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalDouble;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Metrics by the Prometheus client. */
public final class PrometheusMetrics implements Metrics {
    private static final Logger LOGGER = LoggerFactory.getLogger(PrometheusMetrics.class);

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final PrometheusTextFormatWriter writer = new PrometheusTextFormatWriter(false);

    private final Redactor redactor;

    /** @param version of the product */
    public PrometheusMetrics(String version, Redactor redactor) {
        this.redactor = redactor;
        Info.builder()
                .name("infloop_build_info")
                .help("What runs here.")
                .labelNames("version", "java")
                .register(registry)
                .addLabelValues(version, Runtime.version().toString());
        JvmMemoryMetrics.builder().register(registry);
        JvmThreadsMetrics.builder().register(registry);
        JvmGarbageCollectorMetrics.builder().register(registry);
        ProcessMetrics.builder().register(registry);
    }

    PrometheusRegistry registry() {
        return registry;
    }

    @Override
    public Registration gauge(String name, String help, DoubleSupplier value) {
        GaugeWithCallback gauge = GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> ask(name, value).ifPresent(callback::call))
                .register(registry);
        return () -> registry.unregister(gauge);
    }

    @Override
    public Registration counter(String name, String help, DoubleSupplier value) {
        CounterWithCallback counter = CounterWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> ask(name, value).ifPresent(callback::call))
                .register(registry);
        return () -> registry.unregister(counter);
    }

    private static OptionalDouble ask(String name, DoubleSupplier value) {
        try {
            return OptionalDouble.of(value.getAsDouble());
        } catch (RuntimeException unknown) {
            LOGGER.debug("{} is not known at this moment", name, unknown);
            return OptionalDouble.empty();
        }
    }

    /** Branches and reasons are words of plugins and programs; no series may carry a secret of theirs. */
    @Override
    public void write(OutputStream out) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream(16 * 1024);
        writer.write(text, registry.scrape());
        out.write(redactor.redact(text.toString(StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8));
    }
}
