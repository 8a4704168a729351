package io.infloop.itests.support;

import java.util.Hashtable;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.startlevel.BundleStartLevel;

/**
 * Does in a test container what the launcher does in a process: hands the environment over, takes the order to exit, installs the
 * shipped plugins under their locations.
 */
public final class HandOverActivator implements BundleActivator {
    /** Framework property: {@code NAME=value} lines. */
    public static final String ENVIRONMENT = "infloop.test.environment";
    /** Framework property: {@code start level|symbolic name|url} lines. */
    public static final String PLUGINS = "infloop.test.plugins";

    @Override
    public void start(BundleContext context) throws BundleException {
        Map<String, String> environment = new java.util.LinkedHashMap<>();
        for (String line : context.getProperty(ENVIRONMENT).split("\n")) {
            int equals = line.indexOf('=');
            environment.put(line.substring(0, equals), line.substring(equals + 1));
        }
        Supplier<Map<String, String>> supplier = () -> environment;
        // Core believes nobody but the launcher, which speaks through the framework itself.
        BundleContext framework = context.getBundle(0).getBundleContext();
        framework.registerService(Supplier.class, supplier, properties("infloop.handover", "environment"));
        BiConsumer<Integer, String> exit = (code, reason) -> {
            throw new IllegalStateException("core wants to exit with " + code + ": " + reason);
        };
        framework.registerService(BiConsumer.class, exit, properties("infloop.exit", "true"));
        for (String line : context.getProperty(PLUGINS).split("\n")) {
            String[] parts = line.split("\\|");
            Bundle plugin;
            try (java.io.InputStream content =
                    java.net.URI.create(parts[2]).toURL().openStream()) {
                plugin = context.installBundle("shipped:" + parts[1], content);
            } catch (java.io.IOException unreadable) {
                throw new BundleException("cannot read " + parts[2], unreadable);
            }
            plugin.adapt(BundleStartLevel.class).setStartLevel(Integer.parseInt(parts[0]));
            plugin.start();
        }
    }

    private static Hashtable<String, Object> properties(String name, String value) {
        Hashtable<String, Object> properties = new Hashtable<>();
        properties.put(name, value);
        return properties;
    }

    @Override
    public void stop(BundleContext context) {
        // What was registered goes with the bundle.
    }
}
